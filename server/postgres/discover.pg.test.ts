import { expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '@/db/testing/test-database.ts';
import { keyColumns } from '@/server/domain/table-schema.ts';
import { openSourceSession } from './connect.ts';
import { type DiscoveredTable, discoverTable, discoverTables } from './discover.ts';

async function discovered(db: TestDatabase): Promise<(name: string) => DiscoveredTable> {
  await using session = await openSourceSession(
    { ...db.connection, tls: { mode: 'disable' } },
    { applicationName: 'test discovery' },
  );
  const tables = await discoverTables(session.client);
  for (const table of tables) expect(await discoverTable(session.client, table.schema.oid)).toEqual(table);
  return (name) => {
    const table = tables.find((candidate) => candidate.schema.table === name);
    if (!table) throw new Error(`no table ${name}`);
    return table;
  };
}

const TYPES: Record<string, unknown> = {
  boolean: { kind: 'boolean' },
  smallint: { kind: 'int2' },
  integer: { kind: 'int4' },
  bigint: { kind: 'int8' },
  oid: { kind: 'oid' },
  xid: { kind: 'oid' },
  real: { kind: 'float4' },
  'double precision': { kind: 'float8' },
  'numeric(12,2)': { kind: 'numeric', precision: 12, scale: 2 },
  'numeric(38)': { kind: 'numeric', precision: 38, scale: 0 },
  'numeric(39,2)': { kind: 'text' },
  'numeric(3,-2)': { kind: 'numeric', precision: 5, scale: 0 },
  'numeric(3,5)': { kind: 'numeric', precision: 5, scale: 5 },
  numeric: { kind: 'text' },
  uuid: { kind: 'uuid' },
  bytea: { kind: 'bytea' },
  date: { kind: 'date' },
  time: { kind: 'time' },
  timetz: { kind: 'text' },
  'timestamp(3)': { kind: 'timestamp' },
  timestamptz: { kind: 'timestamptz' },
  interval: { kind: 'text' },
  text: { kind: 'text' },
  'varchar(10)': { kind: 'text' },
  'char(3)': { kind: 'text' },
  name: { kind: 'text' },
  json: { kind: 'text' },
  jsonb: { kind: 'text' },
  xml: { kind: 'text' },
  money: { kind: 'text' },
  'bit(3)': { kind: 'text' },
  inet: { kind: 'text' },
  int4range: { kind: 'text' },
  point: { kind: 'text' },
  regclass: { kind: 'text' },
  tsvector: { kind: 'text' },
  mood: { kind: 'text' },
  pair: { kind: 'text' },
  positive: { kind: 'int4' },
  inner_price: { kind: 'numeric', precision: 9, scale: 3 },
  'integer[]': { kind: 'array', element: { kind: 'int4' } },
  'integer[][]': { kind: 'array', element: { kind: 'int4' } },
  'numeric(7,3)[]': { kind: 'array', element: { kind: 'numeric', precision: 7, scale: 3 } },
  'mood[]': { kind: 'array', element: { kind: 'text' } },
  'inner_price[]': { kind: 'array', element: { kind: 'numeric', precision: 9, scale: 3 } },
  ints: { kind: 'array', element: { kind: 'int4' } },
  'box[]': { kind: 'text' },
  int2vector: { kind: 'text' },
};

test('every type is resolved to what its values are, or to text', async () => {
  await using db = await openTestDatabase();
  const names = Object.keys(TYPES);
  await db.query(`CREATE TYPE mood AS ENUM ('ok'); CREATE TYPE pair AS (a int, b int);
    CREATE DOMAIN positive AS int CHECK (value > 0); CREATE DOMAIN outer_price AS numeric(9,3);
    CREATE DOMAIN inner_price AS outer_price; CREATE DOMAIN ints AS int[];
    CREATE TABLE every (${names.map((name, i) => `c${i} ${name}`).join(', ')})`);
  const table = (await discovered(db))('every');
  expect(Object.fromEntries(table.schema.columns.map((column, i) => [names[i], column.type]))).toEqual(TYPES);
});

test('the key follows the replica identity (row 35)', async () => {
  await using db = await openTestDatabase();
  await db.query(`
    CREATE TABLE by_default (a int, b int, c int NOT NULL, PRIMARY KEY (b, a), UNIQUE (c));
    CREATE TABLE by_index (LIKE by_default INCLUDING ALL);
    DO $$ DECLARE i text; BEGIN
      SELECT indexrelid::regclass INTO i FROM pg_index WHERE indrelid = 'by_index'::regclass AND NOT indisprimary;
      EXECUTE 'ALTER TABLE by_index REPLICA IDENTITY USING INDEX ' || i; END $$;
    CREATE TABLE by_full (LIKE by_default INCLUDING ALL); ALTER TABLE by_full REPLICA IDENTITY FULL;
    CREATE TABLE by_nothing (LIKE by_default INCLUDING ALL); ALTER TABLE by_nothing REPLICA IDENTITY NOTHING;
    CREATE TABLE deferred (a int PRIMARY KEY DEFERRABLE)`);
  const table = await discovered(db);
  const key = (name: string) => keyColumns(table(name).schema).map((column) => column.name);
  expect(key('by_default')).toEqual(['b', 'a']);
  expect(key('by_index')).toEqual(['c']);
  expect(key('by_full')).toEqual(['b', 'a']);
  expect(key('by_nothing')).toEqual([]);
  expect(table('by_full').keyDeferrable).toBe(false);
  expect(table('deferred').keyDeferrable).toBe(true);
});

test('what cannot be published is listed with the reason; generated and dropped columns are left out (rows 46, 50)', async () => {
  await using db = await openTestDatabase();
  await db.query(`
    CREATE TABLE root (id int PRIMARY KEY, gone int, g int GENERATED ALWAYS AS (id + 1) STORED) PARTITION BY HASH (id);
    ALTER TABLE root DROP gone;
    CREATE TABLE leaf PARTITION OF root FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    INSERT INTO root SELECT generate_series(1, 1000); ANALYZE root;
    CREATE UNLOGGED TABLE volatile (id int); CREATE VIEW seen AS SELECT 1 AS one;
    CREATE TABLE "we""ird.Tbl \n ü" (id int PRIMARY KEY, "select" int)`);
  const table = await discovered(db);
  expect(table('root')).toMatchObject({
    kind: 'partitioned',
    rowEstimate: 1000,
    generatedColumns: ['g'],
    partitionRootOid: null,
  });
  expect(table('root').schema.columns.map((column) => column.name)).toEqual(['id']);
  expect(table('root').bytes).toBeGreaterThan(8_000);
  expect(table('leaf')).toMatchObject({ partitionRootOid: table('root').schema.oid, publishable: { ok: false } });
  expect(table('volatile')).toMatchObject({ unlogged: true, publishable: { ok: false } });
  expect(table('seen')).toMatchObject({ kind: 'view', publishable: { ok: false } });
  expect(table('we"ird.Tbl \n ü').publishable).toEqual({ ok: true });
});

test('a session refuses to go on without its pinned settings taking effect over those of the role (row 53)', async () => {
  await using db = await openTestDatabase();
  await db.query(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET datestyle = ''German''', current_database());
    EXECUTE format('ALTER DATABASE %I SET timezone = ''Asia/Tokyo''', current_database()); END $$`);
  await using session = await openSourceSession(
    { ...db.connection, tls: { mode: 'disable' } },
    { applicationName: 'test settings' },
  );
  const { rows } = await session.client.query<{ t: string }>(`SELECT timestamptz '2020-01-01 00:00:00Z'::text AS t`);
  expect(rows[0]?.t).toBe('2020-01-01 00:00:00+00');
});
