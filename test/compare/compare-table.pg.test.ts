import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { createCatalogHandler } from '@/server/catalog/catalog-handler.ts';
import { openTestCatalog } from '@/server/catalog/testing/test-catalog.ts';
import type { DataFile } from '@/server/domain/iceberg/data-file.ts';
import type { Schema } from '@/server/domain/iceberg/schema.ts';
import { Resources } from '@/server/platform/resources.ts';
import { openCatalog } from '@/worker/iceberg/catalog/open-catalog.ts';
import { commitTables } from '@/worker/iceberg/commit-tables.ts';
import { NEW_TABLE_PROPERTIES } from '@/worker/iceberg/create-properties.ts';
import { createManifestReader } from '@/worker/iceberg/manifest-cache.ts';
import { dataFolder } from '@/worker/iceberg/table-location.ts';
import { serve } from '@/worker/iceberg/testing/catalog-server.ts';
import { NO_METRICS } from '@/worker/iceberg/testing/warehouse.ts';
import { openStorage } from '@/worker/storage/open-storage.ts';
import { compareMirror } from './compare-table.ts';

const SCHEMA: Schema = {
  type: 'struct',
  'schema-id': 0,
  'identifier-field-ids': [1],
  fields: [
    { id: 1, name: 'id', required: true, type: 'long' },
    { id: 2, name: 'price', required: false, type: 'decimal(38, 10)' },
    { id: 3, name: 'seen_at', required: false, type: 'timestamptz' },
  ],
};
const FILE_IDS = '{id: 1, price: 2, seen_at: 3}';
const DELETE_IDS = '{file_path: 2147483546, pos: 2147483545}';
const ROWS = `select i::bigint as id, ('1234567890123456789012345678.00000000' || lpad(i::text, 2, '0'))::decimal(38,10) as price,
  timestamptz '2024-02-29 12:00:00.000001+00' + i * interval '1 microsecond' as seen_at from generate_series(1, 9) t(i)`;

test('equal tables are equal through HTTP, manifests, Parquet and position deletes, and one digit makes them differ', async () => {
  await using resources = new Resources();
  const embedded = resources.add(await openTestCatalog(), (opened) => opened[Symbol.asyncDispose]());
  const handler = createCatalogHandler(embedded.deps);
  const server = resources.add(await serve(handler), (opened) => opened[Symbol.asyncDispose]());
  const db = resources.add(await openTestDatabase(), (opened) => opened[Symbol.asyncDispose]());
  const catalogUrl = `${server.origin}/api/catalog`;
  const catalog = await openCatalog({ uri: catalogUrl, warehouse: 'lake', auth: { kind: 'none' } });
  const storage = openStorage({ kind: 'file', root: embedded.folder });
  await catalog.createNamespace(['shop', 'eu']);
  const identifier = { namespace: ['shop', 'eu'], name: 'prices' };
  const table = await catalog.createTable({ identifier, schema: SCHEMA, properties: NEW_TABLE_PROPERTIES });

  const instance = await DuckDBInstance.create(':memory:');
  const connection = resources.add(await instance.connect(), (opened) => opened.closeSync());
  const write = async (name: string, sql: string, more: { ids: string; content: DataFile['content'] }) => {
    const path = `${dataFolder(table.metadata)}/${name}.parquet`;
    await storage.write(path, Buffer.alloc(0));
    const local = fileURLToPath(path);
    await connection.run(`set timezone = 'UTC'; copy (${sql}) to '${local}' (format parquet, field_ids ${more.ids})`);
    const rows = Number((await connection.runAndReadAll(`select count(*) from '${local}'`)).getRows()[0]?.[0]);
    return {
      content: more.content,
      path,
      rows,
      bytes: (await stat(local)).size,
      metrics: NO_METRICS,
    } satisfies DataFile;
  };
  const data = await write('data', ROWS, { ids: FILE_IDS, content: 'data' });
  const deletes = await write('deletes', `select '${data.path}' as file_path, unnest([0, 8])::bigint as pos`, {
    ids: DELETE_IDS,
    content: 'position-deletes',
  });
  const common = { catalog, storage, reader: createManifestReader(storage), signal: AbortSignal.timeout(60_000) };
  const [first] = await commitTables({
    ...common,
    tables: [{ identifier, base: table, marker: null, changes: { ...ADD, addDataFiles: [data] } }],
  });
  if (first?.outcome !== 'committed') throw new Error('the data was not committed');
  const [second] = await commitTables({
    ...common,
    tables: [
      {
        identifier,
        base: first.table,
        marker: null,
        changes: { ...ADD, operation: 'delete', addDeleteFiles: [deletes] },
      },
    ],
  });
  expect(second?.outcome).toBe('committed');

  await db.query(`create table prices (id bigint primary key, price numeric(38, 10), seen_at timestamptz)`);
  await db.query(`insert into prices ${ROWS.replace('as price', '').replace('as id', '').replace('as seen_at', '')}`);
  await db.query('delete from prices where id in (1, 9)');
  const compare = () =>
    compareMirror({
      sourceUrl: db.url,
      sourceSchema: 'public',
      sourceTable: 'prices',
      catalogUrl,
      token: 'any',
      warehouse: 'lake',
      namespace: 'shop.eu',
      lakeTable: 'prices',
    });
  expect(await compare()).toMatchObject({ equal: true, sourceRows: 7, lakeRows: 7, missing: 0, extra: 0 });
  await db.query('update prices set price = price + 0.0000000001 where id = 5');
  expect(await compare()).toMatchObject({ equal: false, missing: 1, extra: 1 });
});

const ADD = {
  operation: 'append',
  addDataFiles: [],
  addDeleteFiles: [],
  removePaths: new Set<string>(),
} as const;
