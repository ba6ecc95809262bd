import { identifierText, namespaceText, type TableIdentifier } from '@/server/domain/iceberg/identifier.ts';
import { metadataFromJson } from '@/server/domain/iceberg/metadata-json.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { answerError, type Purpose } from './answer-error.ts';
import { type CatalogAuth, createAuthorization } from './authorization.ts';
import type { Catalog, LoadedTable, TableCommitRequest } from './catalog.ts';
import {
  httpUri,
  namespacePath,
  readConfig,
  TABLE_HEAD_ENDPOINT,
  TRANSACTIONS_ENDPOINT,
  tablePath,
} from './catalog-config.ts';
import { type Answer, HTTP_LIMITS, type HttpLimits, type Request, send } from './http.ts';
import { listNamespaces, listTables } from './listings.ts';

export type CatalogOptions = {
  /** Ends before `/v1`, e.g. `https://host/catalog`. */
  readonly uri: string;
  /** The catalog's name for the warehouse, when it has several. */
  readonly warehouse?: string;
  readonly auth: CatalogAuth;
  /** The embedded catalog: at an address of the operator's, which nobody else can name. */
  readonly isOwn?: boolean;
  readonly signal?: AbortSignal;
  readonly limits?: Partial<HttpLimits>;
};

/** Connects to an Iceberg REST catalog: fetches and merges its configuration. Nothing has to be closed. */
export async function openCatalog(options: CatalogOptions): Promise<Catalog> {
  const uri = httpUri(options.uri);
  const warehouse = options.warehouse ?? null;
  const authorization = createAuthorization(options.auth);
  const limits = { ...HTTP_LIMITS, ...options.limits };
  let headers: Readonly<Record<string, string>> = {};

  async function call(
    request: Request & { purpose?: Purpose; what: string; accept: readonly number[] },
  ): Promise<Answer> {
    const answer = await send(request, { authorization, headers, limits, isOwn: options.isOwn ?? false });
    if (answer.kind === 'response' && request.accept.includes(answer.status)) return answer;
    throw answerError(answer, { purpose: request.purpose ?? 'other', what: request.what });
  }

  const query = warehouse === null ? '' : `?warehouse=${encodeURIComponent(warehouse)}`;
  const found = await call({
    method: 'GET',
    url: `${uri}/v1/config${query}`,
    signal: options.signal,
    what: 'read the catalog configuration',
    accept: [200],
  });
  const config = readConfig(bodyOf(found), { uri, warehouse });
  headers = config.headers;

  const loadTable: Catalog['loadTable'] = async (identifier, { signal } = {}) => {
    const url = `${tablePath(config, identifier)}?snapshots=all`;
    const what = `load ${identifierText(identifier)}`;
    return loadedTable(
      identifier,
      await call({ method: 'GET', url, signal, purpose: 'load-table', what, accept: [200] }),
      what,
    );
  };

  const list = (url: string, what: string, signal: AbortSignal | undefined): Promise<Answer> =>
    call({ method: 'GET', url, signal, purpose: 'load-table', what, accept: [200] });

  return {
    listNamespaces: ({ signal, atMost }) =>
      listNamespaces((url) => list(url, 'list namespaces', signal), { config, atMost }),

    listTables: (namespace, { signal } = {}) =>
      listTables((url) => list(url, `list tables of ${namespaceText(namespace)}`, signal), { config, namespace }),

    supportsTransactions: config.endpoints.has(TRANSACTIONS_ENDPOINT),

    async createNamespace(namespace, { signal } = {}) {
      for (let levels = 1; levels <= namespace.length; levels += 1) {
        const part = namespace.slice(0, levels);
        await call({
          method: 'POST',
          url: `${config.base}/namespaces`,
          body: { namespace: part, properties: {} },
          signal,
          what: `create namespace ${namespaceText(part)}`,
          accept: [200, 201, 409],
        });
      }
    },

    async dropNamespace(namespace, { signal } = {}) {
      await call({
        method: 'DELETE',
        url: namespacePath(config, namespace),
        signal,
        what: `drop namespace ${namespaceText(namespace)}`,
        accept: [200, 204, 404],
      });
    },

    async createTable({ identifier, schema, properties, location }, { signal } = {}) {
      const what = `create ${identifierText(identifier)}`;
      const answer = await call({
        method: 'POST',
        url: `${namespacePath(config, identifier.namespace)}/tables`,
        body: {
          name: identifier.name,
          schema,
          'partition-spec': { 'spec-id': 0, fields: [] },
          'write-order': { 'order-id': 0, fields: [] },
          'stage-create': false,
          properties,
          ...(location === undefined ? {} : { location }),
        },
        signal,
        purpose: 'create-table',
        what,
        accept: [200],
      });
      return loadedTable(identifier, answer, what);
    },

    loadTable,

    async tableExists(identifier, { signal } = {}) {
      const head = config.endpoints.has(TABLE_HEAD_ENDPOINT);
      const answer = await call({
        method: head ? 'HEAD' : 'GET',
        url: tablePath(config, identifier),
        signal,
        what: `look up ${identifierText(identifier)}`,
        accept: [200, 204, 404],
      });
      return answer.kind === 'response' && answer.status !== 404;
    },

    async dropTable(identifier, { signal, purge = false } = {}) {
      await call({
        method: 'DELETE',
        // Always explicit: catalogs differ in what they do without it.
        url: `${tablePath(config, identifier)}?purgeRequested=${purge}`,
        signal,
        what: `drop ${identifierText(identifier)}`,
        accept: [200, 202, 204, 404],
      });
    },

    async commitTable(request, { signal } = {}) {
      const what = `commit ${identifierText(request.identifier)}`;
      const answer = await call({
        method: 'POST',
        url: tablePath(config, request.identifier),
        body: commitBody(request),
        signal,
        purpose: 'commit',
        what,
        accept: [200],
      });
      try {
        return loadedTable(request.identifier, answer, what);
      } catch (cause) {
        throw new AppError('COMMIT_UNKNOWN', `${what}: the catalog's answer is not readable`, { cause });
      }
    },

    async commitTransaction(requests, { signal } = {}) {
      await call({
        method: 'POST',
        url: `${config.base}/transactions/commit`,
        body: { 'table-changes': requests.map(commitBody) },
        signal,
        purpose: 'commit',
        what: `commit ${requests.length} tables`,
        accept: [200, 204],
      });
    },
  };
}

const commitBody = ({ identifier, requirements, updates }: TableCommitRequest) => ({
  identifier: { namespace: identifier.namespace, name: identifier.name },
  requirements,
  updates,
});

const bodyOf = (answer: Answer): unknown => (answer.kind === 'response' ? answer.body : null);

/** REST catalog: LoadTableResult and CommitTableResponse. */
function loadedTable(identifier: TableIdentifier, answer: Answer, what: string): LoadedTable {
  const body = bodyOf(answer);
  if (typeof body !== 'object' || body === null || !('metadata' in body)) {
    throw new AppError('CATALOG_RESPONSE_INVALID', `${what}: the answer holds no table`);
  }
  const { metadata, 'metadata-location': location, config } = body as Record<string, unknown>;
  try {
    return {
      identifier,
      metadata: metadataFromJson(metadata),
      metadataLocation: typeof location === 'string' ? location : null,
      config: (config ?? {}) as LoadedTable['config'],
    };
  } catch (cause) {
    throw new AppError('LAKE_TABLE_UNSUPPORTED', `${what}: the table's metadata is not readable`, { cause });
  }
}
