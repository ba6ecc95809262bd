import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { icebergRead } from 'icebird';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCatalogHandler } from '@/server/catalog/catalog-handler.ts';
import { openTestCatalog, type TestCatalog } from '@/server/catalog/testing/test-catalog.ts';
import type { DataFile } from '@/server/domain/iceberg/data-file.ts';
import type { TableIdentifier } from '@/server/domain/iceberg/identifier.ts';
import { toLsn } from '@/server/domain/lsn.ts';
import { openStorage } from '@/worker/storage/open-storage.ts';
import type { Storage } from '@/worker/storage/storage.ts';
import type { Catalog, LoadedTable } from './catalog/catalog.ts';
import { openCatalog } from './catalog/open-catalog.ts';
import { type CommitOutcome, commitTables, type TableCommit } from './commit-tables.ts';
import { NEW_TABLE_PROPERTIES } from './create-properties.ts';
import { EXPIRY_LIMITS } from './expire.ts';
import { liveFiles } from './live-files.ts';
import { createManifestReader } from './manifest-cache.ts';
import { type Marker, readMarker } from './marker.ts';
import type { TableChanges } from './table-changes.ts';
import { dataFolder } from './table-location.ts';
import { type CatalogServer, serve } from './testing/catalog-server.ts';
import { fetchFile } from './testing/fetch-file.ts';
import { dataFile, ID_SCHEMA, NO_METRICS } from './testing/warehouse.ts';

/** What happens to the next request whose path matches; then nothing again. */
type Fault = { path: RegExp; times: number; act: (request: Request) => Promise<Response | null> };

let embedded: TestCatalog;
let server: CatalogServer;
let catalog: Catalog;
let storage: Storage;
let handle: (request: Request) => Promise<Response>;
let fault: Fault | null = null;
let names = 0;

beforeAll(async () => {
  embedded = await openTestCatalog();
  handle = createCatalogHandler(embedded.deps);
  server = await serve(async (request) => {
    if (fault && request.method === 'POST' && fault.path.test(request.url) && fault.times > 0) {
      fault.times -= 1;
      return fault.act(request);
    }
    return handle(request);
  });
  catalog = await openCatalog({ uri: `${server.origin}/api/catalog`, warehouse: 'lake', auth: { kind: 'none' } });
  storage = openStorage({ kind: 'file', root: embedded.folder });
  await catalog.createNamespace(['shop', 'eu']);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await embedded[Symbol.asyncDispose]();
});
beforeEach(() => {
  fault = null;
});
afterEach(() => {
  vi.unstubAllGlobals();
});

async function createTable(name = `t${names++}`): Promise<LoadedTable> {
  const identifier: TableIdentifier = { namespace: ['shop', 'eu'], name };
  return catalog.createTable({ identifier, schema: ID_SCHEMA, properties: NEW_TABLE_PROPERTIES });
}

const marker = (from: number, to: number, batchId = `batch-${to}`): Marker => ({
  pipelineId: 'p1',
  epoch: 1,
  fromLsn: toLsn(BigInt(from)),
  toLsn: toLsn(BigInt(to)),
  batchId,
  leaseToken: 9_007_199_254_740_993n,
});

const append = (...files: DataFile[]): TableChanges => ({
  operation: 'append',
  addDataFiles: files,
  addDeleteFiles: [],
  removePaths: new Set(),
});

const change = (base: LoadedTable, changes: TableChanges, mark: Marker | null = marker(0, 1)): TableCommit => ({
  identifier: base.identifier,
  base,
  changes,
  marker: mark,
});

const commit = (tables: readonly TableCommit[], more: object = {}) =>
  commitTables({
    catalog,
    storage,
    reader: createManifestReader(storage),
    signal: new AbortController().signal,
    tables,
    ...more,
  });

function committed(outcome: CommitOutcome | undefined): LoadedTable {
  if (outcome?.outcome !== 'committed')
    throw new Error(`not committed: ${JSON.stringify(outcome?.outcome)}`, { cause: outcome });
  return outcome.table;
}

const livePaths = async (table: LoadedTable) => {
  const { data, deletes } = await liveFiles({ metadata: table.metadata, reader: createManifestReader(storage) });
  return [...data, ...deletes].map(({ file }) => file.path).sort();
};

async function storedLists(table: LoadedTable): Promise<string[]> {
  const uris: string[] = [];
  for await (const { uri } of storage.list(`${table.metadata.location}/metadata/`)) uris.push(uri);
  return uris.filter((uri) => uri.includes('/snap-'));
}

describe('commitTables', () => {
  it('commits several tables at once, each with its marker, and they read back', async () => {
    const [a, b] = [await createTable(), await createTable()];
    const outcomes = await commit([
      change(a, append(dataFile('file:///x/a'))),
      change(b, append(dataFile('file:///x/b'))),
    ]);
    expect(server.seen.filter((line) => line.endsWith('/transactions/commit'))).toHaveLength(1);
    for (const [index, path] of ['file:///x/a', 'file:///x/b'].entries()) {
      const table = committed(outcomes[index]);
      expect(readMarker(table.metadata)).toEqual(marker(0, 1));
      expect(await livePaths(table)).toEqual([path]);
      const loaded = await catalog.loadTable(table.identifier);
      expect(loaded.metadata['current-snapshot-id']).toBe(table.metadata['current-snapshot-id']);
      expect(loaded.metadata.snapshots[0]?.summary).toMatchObject({ 'total-records': '10', 'total-data-files': '1' });
    }
  });

  it('reports a conflict, changes nothing and removes its manifests when another writer was first (row 74)', async () => {
    const base = await createTable();
    const [first] = await commit([change(base, append(dataFile('file:///x/1')))]);
    const [second] = await commit([change(base, append(dataFile('file:///x/2')), marker(0, 2))]);
    expect(second?.outcome).toBe('conflict');
    expect(await livePaths(await catalog.loadTable(base.identifier))).toEqual(['file:///x/1']);
    const lists = committed(first).metadata.snapshots.map((snapshot) => snapshot['manifest-list']);
    expect(await storedLists(base)).toEqual(lists);
  });

  it('finds a commit whose answer was lost, alone and in a transaction', async () => {
    const cut = { act: (request: Request) => handle(request).then(() => null), times: 1 };
    const alone = await createTable();
    fault = { ...cut, path: /\/tables\/[^/]+$/ };
    expect(
      committed((await commit([change(alone, append(dataFile('file:///x/1')))]))[0]).metadata.snapshots,
    ).toHaveLength(1);
    const [a, b] = [await createTable(), await createTable()];
    fault = { ...cut, path: /transactions\/commit$/ };
    const outcomes = await commit([
      change(a, append(dataFile('file:///x/a'))),
      change(b, append(dataFile('file:///x/b'))),
    ]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['committed', 'committed']);
  });

  it('says unknown when nothing shows the commit, keeps its files, and the same batch can be sent again', async () => {
    const base = await createTable();
    fault = { path: /\/tables\/[^/]+$/, times: 1, act: async () => new Response('gateway', { status: 504 }) };
    const [outcome] = await commit([change(base, append(dataFile('file:///x/1')))]);
    expect(outcome?.outcome).toBe('unknown');
    expect(await storedLists(base)).toHaveLength(1);
    const again = committed((await commit([change(base, append(dataFile('file:///x/1')))]))[0]);
    expect(await livePaths(again)).toEqual(['file:///x/1']);
  });

  it('recognises a batch that arrived late under an earlier attempt', async () => {
    const base = await createTable();
    const first = committed((await commit([change(base, append(dataFile('file:///x/1')))]))[0]);
    const [late] = await commit([change(base, append(dataFile('file:///x/1')))]);
    expect(late).toMatchObject({ outcome: 'committed', snapshotId: first.metadata['current-snapshot-id'] });
    expect(await livePaths(await catalog.loadTable(base.identifier))).toEqual(['file:///x/1']);
  });

  it('goes table by table when a transaction is refused for one of them', async () => {
    const [a, b] = [await createTable(), await createTable()];
    await catalog.dropTable(b.identifier);
    const outcomes = await commit([
      change(a, append(dataFile('file:///x/a'))),
      change(b, append(dataFile('file:///x/b'))),
    ]);
    expect(outcomes[0]?.outcome).toBe('committed');
    expect(outcomes[1]).toMatchObject({ outcome: 'failed', error: { code: 'LAKE_TABLE_MISSING' } });
  });

  it('replaces files, refuses to remove one that is gone, and keeps totals right', async () => {
    let table = committed(
      (await commit([change(await createTable(), append(dataFile('file:///x/1'), dataFile('file:///x/2')))]))[0],
    );
    const replace = (path: string): TableChanges => ({
      operation: 'replace',
      addDataFiles: [dataFile('file:///x/3', 5)],
      addDeleteFiles: [],
      removePaths: new Set([path]),
    });
    table = committed((await commit([change(table, replace('file:///x/1'), null)]))[0]);
    expect(await livePaths(table)).toEqual(['file:///x/2', 'file:///x/3']);
    expect(table.metadata.snapshots.at(-1)?.summary).toMatchObject({
      operation: 'replace',
      'deleted-records': '10',
      'added-records': '5',
      'total-records': '15',
      'total-data-files': '2',
      'total-files-size': '1500',
    });
    // Maintenance does not move the position.
    expect(readMarker(table.metadata)).toEqual(marker(0, 1));
    const [gone] = await commit([change(table, replace('file:///x/1'), null)]);
    expect(gone?.outcome).toBe('conflict');
  });

  it('keeps manifests few, expires snapshots and deletes what only they reach', async () => {
    let table = await createTable();
    const place = (n: number) => `${dataFolder(table.metadata)}/${n}.parquet`;
    const limits = {
      manifestLimits: { manifestsMax: 3, manifestBytesMax: 1024 * 1024 },
      expiryLimits: { ...EXPIRY_LIMITS, snapshotsMin: 3, snapshotsMax: 3, ageMsMin: 0, batchMin: 2 },
    };
    for (let n = 1; n <= 12; n += 1) {
      await storage.write(place(n), Buffer.from('x'));
      const changes = { ...append(dataFile(place(n))), removePaths: new Set(n > 4 ? [place(n - 1)] : []) };
      table = committed((await commit([change(table, changes, marker(n - 1, n))], limits))[0]);
      const list = table.metadata.snapshots.at(-1)?.['manifest-list'] ?? '';
      expect((await createManifestReader(storage).manifests(list)).length).toBeLessThanOrEqual(5);
    }
    expect(await livePaths(table)).toEqual([1, 2, 3, 12].map(place).sort());
    expect(table.metadata.snapshots.length).toBeLessThanOrEqual(5);
    expect(table.metadata['metadata-log'].length).toBeLessThanOrEqual(10);
    const stored = new Set<string>();
    for await (const object of storage.list(`${table.metadata.location}/`)) stored.add(object.uri);
    for (const path of await livePaths(table)) expect(stored).toContain(path);
    expect(stored).not.toContain(place(5));
    for (const snapshot of table.metadata.snapshots) expect(stored).toContain(snapshot['manifest-list']);
    expect([...stored].filter((uri) => uri.includes('/snap-')).length).toBe(table.metadata.snapshots.length);
  });

  it('adds a column in the same commit', async () => {
    const base = await createTable();
    const fields = [...ID_SCHEMA.fields, { id: 3, name: 'note', required: false, type: 'string' as const }];
    const [outcome] = await commit([
      {
        ...change(base, append(dataFile('file:///x/1'))),
        schemaUpdates: [
          { action: 'add-schema', schema: { ...ID_SCHEMA, 'schema-id': 1, fields }, 'last-column-id': 3 },
          { action: 'set-current-schema', 'schema-id': -1 },
        ],
      },
    ]);
    const { metadata } = committed(outcome);
    expect(metadata['current-schema-id']).toBe(1);
    expect(metadata.snapshots[0]?.['schema-id']).toBe(1);
  });
});

describe('an independent reader', () => {
  it('sees the rows that position deletes leave', async () => {
    const table = await createTable();
    const folder = `${dataFolder(table.metadata)}`;
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const written = async (name: string, sql: string, more: Partial<DataFile>): Promise<DataFile> => {
      const uri = `${folder}/${name}.parquet`;
      await storage.write(uri, Buffer.from('placeholder'));
      const path = fileURLToPath(uri);
      await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet, COMPRESSION snappy, FIELD_IDS 'auto')`);
      const [count] =
        (await (await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM '${path}'`)).getRows())[0] ?? [];
      const { size } = await stat(path);
      return { content: 'data', path: uri, rows: Number(count), bytes: size, metrics: NO_METRICS, ...more };
    };
    const data = await written('data', "SELECT i::BIGINT AS id, 'n' || i AS name FROM range(5) t(i)", {});
    const first = committed((await commit([change(table, append(data))]))[0]);
    const deletes = await written('deletes', `SELECT '${data.path}' AS file_path, 2::BIGINT AS pos`, {
      content: 'position-deletes',
      referencedDataFile: data.path,
    });
    const second = committed(
      (await commit([change(first, { ...append(), operation: 'delete', addDeleteFiles: [deletes] }, marker(1, 2))]))[0],
    );
    connection.closeSync();
    instance.closeSync();

    // Its own parser would round the ids; as text they stay whole.
    const text = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
    const metadata = JSON.parse(JSON.stringify(second.metadata, text));
    vi.stubGlobal('fetch', fetchFile);
    const rows = await icebergRead({ tableUrl: metadata.location, metadata });
    expect(rows.map(({ id }: { id?: bigint }) => id)).toEqual([0n, 1n, 3n, 4n]);
  });
});
