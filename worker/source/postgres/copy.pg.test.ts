import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '@/db/testing/test-database.ts';
import { openSourceSession, type SourceConnection } from '@/server/postgres/connect.ts';
import { discoverTables } from '@/server/postgres/discover.ts';
import { openChunk } from './copy.ts';
import { type CopyChunk, planChunks } from './copy-plan.ts';
import { exportSnapshot } from './exported-snapshot.ts';
import { tableFingerprint } from './table-fingerprint.ts';

const applicationName = 'test copy';
const sourceOf = (db: TestDatabase): SourceConnection => ({ ...db.connection, tls: { mode: 'disable' } });

async function open(db: TestDatabase, name: string) {
  const session = await openSourceSession(sourceOf(db), { applicationName });
  const table = (await discoverTables(session.client)).find((found) => found.schema.table === name);
  if (!table) throw new Error(`no table ${name}`);
  const fingerprint = await tableFingerprint(session.client, table.schema.oid);
  const read = async (chunk: CopyChunk, snapshotId?: string): Promise<string[]> => {
    await using opened = await openChunk({
      connection: sourceOf(db),
      table,
      chunk,
      fingerprint,
      applicationName,
      signal: new AbortController().signal,
      ...(snapshotId === undefined ? {} : { snapshotId }),
    });
    const parts: Buffer[] = [];
    for await (const part of opened.bytes) {
      expect(part.at(-1)).toBe(0x0a);
      parts.push(Buffer.from(part));
    }
    return Buffer.concat(parts).toString('utf8').split('\n').slice(0, -1);
  };
  return { session, table, fingerprint, read, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
}

const KEYS: Record<string, string> = {
  int4: 'i',
  int8: 'i::int8 * 4000000000 - 9000000000000',
  uuid: `md5(i::text)::uuid`,
  date: `date '2001-01-01' + i`,
  timestamptz: `timestamptz '2001-01-01Z' + i * interval '1.5 s'`,
  bytea: `decode(md5(i::text), 'hex')`,
  'text COLLATE "C"': `md5(i::text) || ' '' \\ ' || i`,
};

for (const [type, expression] of Object.entries(KEYS))
  test(`key ranges of a ${type} key hold every row once`, async () => {
    await using db = await openTestDatabase();
    await db.query(`CREATE TABLE t (k ${type} PRIMARY KEY, v text)`);
    await db.query(`INSERT INTO t SELECT ${expression}, repeat('x', i % 50) FROM generate_series(1, 20000) i`);
    await using source = await open(db, 't');
    const plan = await planChunks(source.session.client, source.table, { rowsPerChunk: 3_000 });
    expect(plan.kind).toBe('keyed');
    expect(plan.chunks.length).toBeGreaterThan(4);
    const rows = (await Promise.all(plan.chunks.map((chunk) => source.read(chunk)))).flat();
    expect(rows).toHaveLength(20_000);
    expect(new Set(rows).size).toBe(20_000);
  });

test('blocks of a keyless partitioned table hold every row once under one snapshot', async () => {
  await using db = await openTestDatabase();
  await db.query(`CREATE TABLE p (i int, v text) PARTITION BY HASH (i);
    CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0);
    CREATE TABLE p1 (v text, i int); ALTER TABLE p ATTACH PARTITION p1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
    INSERT INTO p SELECT i, repeat('y', 100) FROM generate_series(1, 20000) i`);
  await using source = await open(db, 'p');
  const plan = await planChunks(source.session.client, source.table, { rowsPerChunk: 3_000 });
  expect(plan.kind).toBe('snapshot');
  expect(plan.chunks.length).toBeGreaterThan(4);
  await using held = await exportSnapshot({ connection: sourceOf(db), applicationName });
  await db.query(`INSERT INTO p SELECT i, 'late' FROM generate_series(20001, 20100) i; DELETE FROM p WHERE i < 100`);
  const rows = (await Promise.all(plan.chunks.map((chunk) => source.read(chunk, held.snapshotId)))).flat();
  expect(new Set(rows.map((row) => row.split('\t')[0])).size).toBe(20_000);
  expect(rows).toHaveLength(20_000);
});

test('a text key under another collation is not split by key', async () => {
  await using db = await openTestDatabase();
  await db.query('CREATE TABLE t (k text COLLATE "unicode" PRIMARY KEY)');
  await using source = await open(db, 't');
  expect((await planChunks(source.session.client, source.table, { rowsPerChunk: 10 })).kind).toBe('snapshot');
});

test('a table truncated under the copy fails the chunk instead of reading as empty', async () => {
  await using db = await openTestDatabase();
  await db.query('CREATE TABLE t (k int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 10)');
  await using source = await open(db, 't');
  await using held = await exportSnapshot({ connection: sourceOf(db), applicationName });
  await db.query('TRUNCATE t');
  const chunk: CopyChunk = { kind: 'key-range', lower: null, upper: null };
  await expect(source.read(chunk, held.snapshotId)).rejects.toMatchObject({ code: 'SOURCE_TABLE_CHANGED' });
  await held[Symbol.asyncDispose]();
  await expect(source.read(chunk, held.snapshotId)).rejects.toMatchObject({ code: 'SOURCE_SNAPSHOT_LOST' });
});

test('a chunk left half read ends its session on the server (row 61)', async () => {
  await using db = await openTestDatabase();
  await db.query(`CREATE TABLE t (k int PRIMARY KEY, v text);
    INSERT INTO t SELECT i, repeat(md5(i::text), 40) FROM generate_series(1, 20000) i`);
  await using source = await open(db, 't');
  {
    await using opened = await openChunk({
      connection: sourceOf(db),
      table: source.table,
      chunk: { kind: 'key-range', lower: null, upper: null },
      fingerprint: source.fingerprint,
      applicationName: 'half read',
      signal: new AbortController().signal,
    });
    for await (const part of opened.bytes) {
      expect(part.length).toBeGreaterThan(0);
      break;
    }
  }
  await expect
    .poll(() => db.query(`SELECT pid FROM pg_stat_activity WHERE application_name = 'half read'`), { timeout: 5_000 })
    .toEqual([]);
});

test('rows of many megabytes come whole between short ones, larger ones without their largest values', async () => {
  await using db = await openTestDatabase();
  await db.query('CREATE TABLE t (k int PRIMARY KEY, v text, w text)');
  await db.query(`INSERT INTO t SELECT i, repeat(md5(i::text), CASE i % 50 WHEN 10 THEN 100000 WHEN 20 THEN 1200000 ELSE 3000 END), 'w'
    FROM generate_series(1, 200) i`);
  await db.query(`INSERT INTO t VALUES (201, repeat('0123456789', 15000000), 'kept')`);
  await using source = await open(db, 't');
  const { chunks } = await planChunks(source.session.client, source.table, { rowsPerChunk: 1_000 });
  const rows: string[] = [];
  for (const chunk of chunks) rows.push(...(await source.read(chunk)));
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const shown = rows.map((row) => {
    const [k = '', v = '', w] = row.split('\t');
    return `${k} ${v.length} ${md5(v.slice(0, 32).repeat(v.length / 32)) === md5(v)} ${w}`;
  });
  const bytes = (k: number) => 32 * (k % 50 === 10 ? 100_000 : k % 50 === 20 ? 1_200_000 : 3_000);
  const expected = Array.from({ length: 200 }, (_, i) => `${i + 1} ${bytes(i + 1)} true w`);
  expect(shown).toEqual([...expected, '201 2 false kept']);
  expect(rows.at(-1)).toBe('201\t\\O\tkept');
});
