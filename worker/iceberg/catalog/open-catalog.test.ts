import { afterEach, describe, expect, it } from 'vitest';
import { stringifyJson } from '@/server/domain/iceberg/lossless-json.ts';
import { newTableMetadata } from '@/server/domain/iceberg/new-table.ts';
import { type CatalogServer, serve } from '../testing/catalog-server.ts';
import { ID_SCHEMA } from '../testing/warehouse.ts';
import type { CatalogAuth } from './authorization.ts';
import { openCatalog } from './open-catalog.ts';

type Handler = (request: Request, path: string) => Response | null | Promise<Response | null>;

const servers: CatalogServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

const json = (value: unknown, status = 200) =>
  new Response(stringifyJson(value), { status, headers: { 'content-type': 'application/json' } });
const refused = (status: number, type: string) => json({ error: { message: 'no', type, code: status } }, status);

const CONFIG = { defaults: { prefix: 'wrong' }, overrides: { prefix: 'main' } };
const TABLE = { namespace: ['a b', 'c'], name: 'orders' };
const metadata = newTableMetadata({
  uuid: 'f79c3e09-677c-4bbd-a479-3f349cb785e7',
  location: 'file:///lake/orders',
  schema: ID_SCHEMA,
  properties: {},
  nowMs: 1n,
});

/** A catalog that answers like no real one would. */
async function open(handler: Handler, options: { config?: object; auth?: (origin: string) => CatalogAuth } = {}) {
  const server = await serve(async (request) => {
    const path = new URL(request.url).pathname;
    if (path === '/cat/v1/config' && options.auth === undefined) return json(options.config ?? CONFIG);
    return handler(request, path);
  });
  servers.push(server);
  const catalog = await openCatalog({
    uri: `${server.origin}/cat/`,
    warehouse: 'my lake',
    auth: options.auth?.(server.origin) ?? { kind: 'none' },
    limits: { pauseMsMin: 1, timeoutMsMax: 2_000, bodyBytesMax: 100_000 },
  });
  return { catalog, server };
}

const loadedBody = (more: object = {}) =>
  json({ 'metadata-location': 'file:///m.json', metadata: { ...metadata, ...more } });

describe('paths', () => {
  it('have prefix, encoded levels and the separator that the catalog names', async () => {
    const config = { ...CONFIG, overrides: { prefix: 'x/y', 'namespace-separator': '%2E' } };
    const { catalog, server } = await open(() => loadedBody(), { config });
    await catalog.loadTable(TABLE);
    expect(server.seen).toEqual([
      'GET /cat/v1/config?warehouse=my%20lake',
      'GET /cat/v1/x/y/namespaces/a%20b%2Ec/tables/orders?snapshots=all',
    ]);
  });

  it('use defaults when there are no overrides, and no prefix when there is none', async () => {
    const { catalog, server } = await open(() => new Response(null, { status: 204 }), {
      config: { defaults: {}, overrides: {}, endpoints: ['HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}'] },
    });
    expect(await catalog.tableExists(TABLE)).toBe(true);
    expect(catalog.supportsTransactions).toBe(false);
    expect(server.seen[1]).toBe('HEAD /cat/v1/namespaces/a%20b%1Fc/tables/orders');
  });

  it('ask with GET where HEAD is not offered', async () => {
    const { catalog, server } = await open(() => refused(404, 'NoSuchTableException'));
    expect(await catalog.tableExists(TABLE)).toBe(false);
    expect(catalog.supportsTransactions).toBe(true);
    expect(server.seen[1]).toMatch(/^GET /);
  });
});

describe('64-bit numbers', () => {
  it('survive both ways', async () => {
    const id = 3_051_729_675_574_597_004n;
    let sent = '';
    const { catalog } = await open(async (request) => {
      sent = await request.text();
      return loadedBody({ 'current-snapshot-id': id });
    });
    const requirement = { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': id } as const;
    const table = await catalog.commitTable({ identifier: TABLE, requirements: [requirement], updates: [] });
    expect(sent).toContain('"snapshot-id":3051729675574597004');
    expect(table.metadata['current-snapshot-id']).toBe(id);
  });
});

describe('failures', () => {
  const request = { identifier: TABLE, requirements: [], updates: [] };

  it.each([
    [409, 'CommitFailedException', 'COMMIT_CONFLICT'],
    [500, 'InternalServerError', 'COMMIT_UNKNOWN'],
    [502, '', 'COMMIT_UNKNOWN'],
    [503, '', 'COMMIT_UNKNOWN'],
    [504, '', 'COMMIT_UNKNOWN'],
    [400, 'BadRequestException', 'CATALOG_REFUSED'],
    [422, '', 'CATALOG_REFUSED'],
    [501, '', 'CATALOG_REFUSED'],
    [403, 'ForbiddenException', 'CATALOG_DENIED'],
    [404, 'NoSuchTableException', 'LAKE_TABLE_MISSING'],
    [404, '', 'CATALOG_REFUSED'],
    [307, '', 'CATALOG_RESPONSE_INVALID'],
  ])('a commit answered %i %s is %s, and is sent once', async (status, type, code) => {
    const { catalog, server } = await open(() => refused(status, type));
    await expect(catalog.commitTable(request)).rejects.toMatchObject({ code });
    await expect(catalog.commitTransaction([request])).rejects.toMatchObject({ code });
    expect(server.seen).toHaveLength(3);
  });

  it('a commit without an answer, or with an unreadable one, is unknown', async () => {
    const answers = [null, new Response('<html>'), new Response('x'.repeat(200_000))];
    const { catalog, server } = await open(() => answers.shift() ?? null);
    for (let n = 0; n < 3; n += 1)
      await expect(catalog.commitTable(request)).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
    expect(server.seen).toHaveLength(4);
  });

  it('a commit that could not even be sent is not unknown', async () => {
    const { catalog, server } = await open(() => null);
    servers.splice(servers.indexOf(server), 1);
    await server[Symbol.asyncDispose]();
    await expect(catalog.commitTable(request)).rejects.toMatchObject({ code: 'CATALOG_UNREACHABLE' });
  });

  it('reads are repeated through passing trouble, and given up in the end', async () => {
    const answers = [refused(503, ''), null, refused(429, ''), loadedBody()];
    const { catalog, server } = await open(() => answers.shift() ?? refused(502, ''));
    await catalog.loadTable(TABLE);
    expect(server.seen).toHaveLength(5);
    await expect(catalog.loadTable(TABLE)).rejects.toMatchObject({ code: 'CATALOG_UNREACHABLE' });
    expect(server.seen).toHaveLength(9);
  });

  it('a commit is repeated after 429, which says that nothing was done', async () => {
    const answers = [refused(429, ''), loadedBody()];
    const { catalog } = await open(() => answers.shift() ?? null);
    await catalog.commitTable(request);
  });

  it('tables that exist or are missing, and answers that are no tables, have their codes', async () => {
    const answers = [
      refused(409, 'AlreadyExistsException'),
      refused(404, 'NoSuchNamespaceException'),
      json({}),
      json({ metadata: { 'format-version': 1 } }),
    ];
    const { catalog } = await open(() => answers.shift() ?? null);
    const created = catalog.createTable({ identifier: TABLE, schema: ID_SCHEMA, properties: {} });
    await expect(created).rejects.toMatchObject({ code: 'LAKE_TABLE_EXISTS' });
    for (const code of ['LAKE_TABLE_MISSING', 'CATALOG_RESPONSE_INVALID', 'LAKE_TABLE_UNSUPPORTED']) {
      await expect(catalog.loadTable(TABLE)).rejects.toMatchObject({ code });
    }
  });

  it('an abort is the caller’s own reason', async () => {
    const { catalog } = await open(() => new Promise<never>(() => undefined));
    const controller = new AbortController();
    const loading = catalog.loadTable(TABLE, { signal: controller.signal });
    controller.abort(new Error('stop'));
    await expect(loading).rejects.toThrow('stop');
  });

  it('an address that is not one is refused before anything is sent', async () => {
    const auth = { kind: 'none' } as const;
    for (const uri of ['ftp://host', 'http://user:secret@host', 'nonsense']) {
      await expect(openCatalog({ uri, auth })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
  });
});

describe('credentials', () => {
  it('a client gets a token, and another when the catalog rejects it, once', async () => {
    let tokens = 0;
    const forms: string[] = [];
    const auth = (origin: string): CatalogAuth => ({
      kind: 'oauth2',
      tokenUri: `${origin}/token`,
      clientId: 'id',
      clientSecret: 'se cret',
    });
    const { catalog } = await open(
      async (request, path) => {
        if (path === '/token') {
          forms.push(await request.text());
          tokens += 1;
          return json({ access_token: `t${tokens}`, token_type: 'bearer', expires_in: 3600 });
        }
        if (path.endsWith('/config')) return json(CONFIG);
        return request.headers.get('authorization') === 'Bearer t2'
          ? loadedBody()
          : refused(401, 'NotAuthorizedException');
      },
      { auth },
    );
    await catalog.loadTable(TABLE);
    await catalog.loadTable(TABLE);
    expect(tokens).toBe(2);
    expect(forms[0]).toBe('grant_type=client_credentials&client_id=id&client_secret=se+cret&scope=catalog');
  });

  it('a rejected bearer or client is denied, without a word of the secret', async () => {
    const bearer = open(
      (request) => (request.headers.get('authorization') === 'Bearer top' ? refused(401, '') : null),
      {
        auth: () => ({ kind: 'bearer', token: 'top' }),
      },
    );
    await expect(bearer).rejects.toMatchObject({ code: 'CATALOG_DENIED' });
    const client = open(() => json({ error: 'invalid_client', error_description: 'se cret' }, 401), {
      auth: (origin) => ({ kind: 'oauth2', tokenUri: `${origin}/token`, clientId: 'id', clientSecret: 'se cret' }),
    });
    await expect(client).rejects.toThrow(/^the token endpoint answered 401$/);
  });
});
