import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPool } from '@/db/open-pool.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { parseJson, stringifyJson } from '@/server/domain/iceberg/lossless-json.ts';
import { silentLog } from '@/server/platform/logger.ts';
import type { CatalogDeps } from '../catalog-deps.ts';
import { createCatalogHandler } from '../catalog-handler.ts';
import { openFileMetadataStore } from '../file-metadata-store.ts';

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: Json };
// biome-ignore lint/suspicious/noExplicitAny: test bodies are asserted, not typed
export type Json = any;

/** A catalog over a database and a warehouse folder of its own. `call('GET', '/namespaces')` is below `/v1/lake`. */
export async function openTestCatalog(overrides: Partial<CatalogDeps> = {}) {
  const database = await openTestDatabase({ migrated: true });
  const folder = await mkdtemp(join(tmpdir(), 'philotes-catalog-'));
  const pool = openPool({ connectionString: database.url, max: 8 });
  const store = openFileMetadataStore(folder);
  const warehouse = { name: 'lake', location: `file://${folder}`, store };
  const deps: CatalogDeps = {
    pool,
    findWarehouse: async (name) => (name === null || name === 'lake' ? warehouse : null),
    authorize: async () => ({ scopes: ['catalog:read', 'catalog:write'] }),
    log: silentLog,
    basePath: '/api/catalog',
    ...overrides,
  };
  const handle = createCatalogHandler(deps);
  const request = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const { body, headers = {} } = options;
    const text = body === undefined ? null : typeof body === 'string' ? body : stringifyJson(body);
    const response = await handle(new Request(`http://localhost/api/catalog${path}`, { method, headers, body: text }));
    const answer = await response.text();
    return { status: response.status, headers: response.headers, body: answer === '' ? null : parseJson(answer) };
  };
  return {
    folder,
    pool,
    deps,
    store,
    request,
    call: (method: string, path: string, options: CallOptions = {}) => request(method, `/v1/lake${path}`, options),
    async [Symbol.asyncDispose]() {
      await pool.end();
      await database[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type CallOptions = { readonly body?: unknown; readonly headers?: Record<string, string> };
export type TestCatalog = Awaited<ReturnType<typeof openTestCatalog>>;

export const SCHEMA = {
  type: 'struct',
  'schema-id': 0,
  'identifier-field-ids': [3],
  fields: [
    { id: 3, name: 'id', required: true, type: 'long' },
    {
      id: 4,
      name: 'tags',
      required: false,
      type: { type: 'list', 'element-id': 5, element: 'string', 'element-required': false },
    },
    { id: 9, name: 'at', required: false, type: 'timestamptz' },
  ],
};

/** Namespace `shop` with a table; returns its metadata. */
export async function createTestTable(catalog: TestCatalog, name = 'orders'): Promise<Json> {
  await catalog.call('POST', '/namespaces', { body: { namespace: ['shop'] } });
  const created = await catalog.call('POST', '/namespaces/shop/tables', { body: { name, schema: SCHEMA } });
  return created.body.metadata;
}

export const snapshotOf = (id: bigint, sequence: bigint, parent?: bigint) => ({
  'snapshot-id': id,
  ...(parent === undefined ? {} : { 'parent-snapshot-id': parent }),
  'sequence-number': sequence,
  'timestamp-ms': BigInt(Date.now()),
  'manifest-list': `file:///none/${id}.avro`,
  summary: { operation: 'append' },
  'schema-id': 0,
});

/** An append as a writer sends it. */
export const appendOf = (options: { uuid: string; from: bigint | null; snapshot: ReturnType<typeof snapshotOf> }) => ({
  requirements: [
    { type: 'assert-table-uuid', uuid: options.uuid },
    { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': options.from },
  ],
  updates: [
    { action: 'add-snapshot', snapshot: options.snapshot },
    { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': options.snapshot['snapshot-id'] },
  ],
});
