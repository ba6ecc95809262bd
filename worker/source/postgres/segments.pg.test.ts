import pg from 'pg';
import { expect, test } from 'vitest';
import { formatLsn, parseLsn, ZERO_LSN } from '@/server/domain/lsn.ts';
import { openTestSource, parseRows, readUntil, rowCount } from '../testing/test-source.ts';

test('inserts, updates and deletes arrive as rows of one transaction, in order', async () => {
  await using source = await openTestSource('CREATE TABLE item (id int PRIMARY KEY, name text, price numeric(10,2))');
  await using stream = await source.open();
  await source.db.query(
    `BEGIN; INSERT INTO item VALUES (1, 'a "quoted", name' || chr(10) || 'ü', 1.50), (2, NULL, 2), (3, '', 3);
     UPDATE item SET name = 'b' WHERE id = 2; DELETE FROM item WHERE id = 3; COMMIT`,
  );
  const segments = await readUntil(stream, (all) => rowCount(all) === 5);
  const rows = parseRows(segments);
  expect(rows.map((row) => [row.op, row.ordinal, row.values])).toEqual([
    ['i', 0, { id: '1', name: 'a "quoted", name\nü', price: '1.50' }],
    ['i', 1, { id: '2', name: null, price: '2.00' }],
    ['i', 2, { id: '3', name: '', price: '3.00' }],
    ['u', 3, { id: '2', name: 'b', price: '2.00' }],
    ['d', 4, { id: '3', name: null, price: null }],
  ]);
  expect(new Set(rows.map((row) => row.lsn))).toEqual(new Set([segments[0]?.toLsn]));
  const [xact] = await source.db.query<{ xmin: string }>('SELECT xmin::text FROM item WHERE id = 1');
  expect(rows[0]?.xid).toBe(Number(xact?.xmin));
});

test('the slot is confirmed to exactly the stored position, and back-to-back commits survive a restart (rows 17, 18)', async () => {
  await using source = await openTestSource('CREATE TABLE pair (id int PRIMARY KEY)');
  const a = await source.db.query('SELECT 1').then(() => source.db);
  const ids: number[] = [];
  for (let round = 0; round < 10; round++) {
    await Promise.all([1, 2, 3, 4].map((n) => a.query(`INSERT INTO pair VALUES (${round * 4 + n})`)));
  }
  while (ids.length < 40) {
    await using stream = await source.open({ limits: { segmentBytesMax: 1, segmentAgeMsMax: 1 } });
    for await (const segment of stream.segments) {
      ids.push(...parseRows([segment]).map((row) => Number(row.values.id)));
      source.store(stream, segment);
      if (segment.complete && segment.rows + segment.transactions > 0) break;
    }
    await expect
      .poll(() =>
        source.db.query<{ lsn: string }>(
          'SELECT confirmed_flush_lsn::text AS lsn FROM pg_replication_slots WHERE slot_name = $1',
          [source.slot],
        ),
      )
      .toEqual([{ lsn: formatLsn(source.position.endLsn) }]);
  }
  expect(ids.toSorted((x, y) => x - y)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
});

test('a transaction larger than a segment comes in incomplete pieces and ends complete', async () => {
  await using source = await openTestSource('CREATE TABLE big (id int PRIMARY KEY, filler text)');
  await using stream = await source.open({ limits: { segmentBytesMax: 256 * 1024, segmentAgeMsMax: 20 } });
  await source.db.query(`INSERT INTO big VALUES (0, 'before')`);
  await source.db.query(`INSERT INTO big SELECT i, repeat('x', 200) FROM generate_series(1, 20000) i`);
  const segments = await readUntil(stream, (all) => rowCount(all) === 20_001 && all.at(-1)?.complete === true);
  expect(segments.length).toBeGreaterThan(10);
  expect(segments[0]).toMatchObject({ complete: true, rows: 1 });
  expect(segments.slice(1, -1).every((segment) => !segment.complete)).toBe(true);
  for (const segment of segments) {
    const bytes = segment.blocks.reduce((sum, block) => sum + block.bytes.length, 0);
    expect(bytes).toBeLessThan(256 * 1024 + 2_000);
  }
  const rows = parseRows(segments.slice(1));
  expect(rows.map((row) => row.ordinal)).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
  expect(new Set(rows.map((row) => row.lsn)).size).toBe(1);
});

test('a key change is a delete of the old key and an upsert of the new row', async () => {
  await using source = await openTestSource('CREATE TABLE k (a int, b text, v text, PRIMARY KEY (b, a))');
  await using stream = await source.open();
  await source.db.query(`INSERT INTO k VALUES (1, 'x', 'v')`);
  await source.db.query(`UPDATE k SET b = 'y'`);
  await source.db.query(`UPDATE k SET v = 'w'`);
  const rows = parseRows(await readUntil(stream, (all) => rowCount(all) === 4));
  expect(rows.map((row) => [row.op, row.ordinal, row.values])).toEqual([
    ['i', 0, { a: '1', b: 'x', v: 'v' }],
    ['D', 0, { a: '1', b: 'x', v: null }],
    ['U', 1, { a: '1', b: 'y', v: 'v' }],
    ['u', 0, { a: '1', b: 'y', v: 'w' }],
  ]);
});

test('an unchanged out-of-line value is listed, or taken from the old row under identity FULL', async () => {
  await using source = await openTestSource(
    `CREATE TABLE slim (id int PRIMARY KEY, n int, doc text); ALTER TABLE slim ALTER doc SET STORAGE EXTERNAL;
     CREATE TABLE wide (id int PRIMARY KEY, n int, doc text); ALTER TABLE wide ALTER doc SET STORAGE EXTERNAL;
     ALTER TABLE wide REPLICA IDENTITY FULL;
     CREATE TABLE longkey (k text PRIMARY KEY, n int); ALTER TABLE longkey ALTER k SET STORAGE EXTERNAL`,
  );
  await using stream = await source.open();
  const doc = 'say "hi" '.repeat(1_000);
  const key = 'k'.repeat(2_300);
  for (const table of ['slim', 'wide']) {
    await source.db.query(`INSERT INTO ${table} VALUES (1, 1, $1)`, [doc]);
    await source.db.query(`UPDATE ${table} SET n = 2`);
    await source.db.query(`UPDATE ${table} SET id = 5`);
  }
  await source.db.query(`INSERT INTO longkey VALUES ($1, 1)`, [key]);
  await source.db.query('UPDATE longkey SET n = 2');
  const segments = await readUntil(stream, (all) => rowCount(all) === 10);
  const rows = parseRows(segments);
  const of = (table: string) => rows.filter((row) => row.table === table);
  expect(of('slim').map((row) => [row.op, row.unchanged, row.values.doc?.length])).toEqual([
    ['i', '', doc.length],
    ['u', '2', undefined],
    ['D', '', undefined],
    ['U', '2', undefined],
  ]);
  expect(of('wide').map((row) => [row.op, row.unchanged, row.values.id, row.values.doc === doc])).toEqual([
    ['i', '', '1', true],
    ['u', '', '1', true],
    ['D', '', '1', true],
    ['U', '', '5', true],
  ]);
  expect(of('longkey').map((row) => [row.op, row.unchanged, row.values.k === key])).toEqual([
    ['i', '', true],
    ['u', '', true],
  ]);
  const slim = segments.flatMap((segment) =>
    segment.blocks.filter((block) => segment.schemas.get(block.schemaHash)?.table === 'slim'),
  );
  expect(slim.some((block) => block.hasUnchanged)).toBe(true);
});

test('truncate comes once per table in its place among the changes', async () => {
  await using source = await openTestSource(
    'CREATE TABLE parent (id int PRIMARY KEY, v int); CREATE TABLE child (id int PRIMARY KEY REFERENCES parent)',
  );
  await using stream = await source.open();
  await source.db.query(
    'BEGIN; INSERT INTO parent VALUES (1, 1); INSERT INTO child VALUES (1); TRUNCATE parent CASCADE; INSERT INTO parent VALUES (2, 2); COMMIT',
  );
  const segments = await readUntil(stream, (all) => rowCount(all) === 5);
  const rows = parseRows(segments).toSorted((a, b) => a.ordinal - b.ordinal);
  expect(rows.map((row) => row.op)).toEqual(['i', 'i', 't', 't', 'i']);
  expect(rows[2]?.values).toEqual(rows[2]?.table === 'parent' ? { id: null, v: null } : { id: null });
  expect(segments.flatMap((segment) => segment.blocks).every((block) => block.hasTruncate)).toBe(true);
});

test('transactions that overlap come in commit order, and a partition under its root', async () => {
  await using source = await openTestSource(
    `CREATE TABLE p (id int PRIMARY KEY, who text) PARTITION BY RANGE (id);
     CREATE TABLE p_low PARTITION OF p FOR VALUES FROM (0) TO (10);
     CREATE TABLE p_high (who text, id int NOT NULL); ALTER TABLE p ATTACH PARTITION p_high FOR VALUES FROM (10) TO (20)`,
  );
  await using stream = await source.open();
  const [first, second] = [new pg.Client(source.db.url), new pg.Client(source.db.url)];
  await Promise.all([first.connect(), second.connect()]);
  await first.query(`BEGIN; INSERT INTO p VALUES (1, 'first')`);
  await second.query(`BEGIN; INSERT INTO p VALUES (12, 'second')`);
  await first.query(`INSERT INTO p VALUES (13, 'first')`);
  await second.query('COMMIT');
  await first.query('COMMIT');
  await Promise.all([first.end(), second.end()]);
  const rows = parseRows(await readUntil(stream, (all) => rowCount(all) === 3));
  expect(rows.map((row) => [row.table, row.values])).toEqual([
    ['p', { id: '12', who: 'second' }],
    ['p', { id: '1', who: 'first' }],
    ['p', { id: '13', who: 'first' }],
  ]);
});

test('columns follow the stream when the catalog has moved on', async () => {
  await using source = await openTestSource(
    `CREATE TYPE mood AS ENUM ('ok', 'bad'); CREATE DOMAIN price AS numeric(8,2);
     CREATE TABLE t (id int PRIMARY KEY, a text, b price, c mood[])`,
  );
  await source.db.query(`INSERT INTO t VALUES (1, 'a', 1.5, '{ok,bad}')`);
  await source.db.query('ALTER TABLE t RENAME a TO renamed; ALTER TABLE t DROP b; ALTER TABLE t ADD d int');
  await source.db.query(`INSERT INTO t VALUES (2, 'a', '{bad}', 7)`);
  await using stream = await source.open();
  const segments = await readUntil(stream, (all) => rowCount(all) === 2);
  const schemas = segments.flatMap((segment) => [...segment.schemas.values()]);
  expect(schemas.map((schema) => schema.columns.map((c) => [c.attnum, c.name, c.type]))).toEqual([
    [
      [1, 'id', { kind: 'int4' }],
      [2, 'a', { kind: 'text' }],
      [3, 'b', { kind: 'numeric', precision: 8, scale: 2 }],
      [4, 'c', { kind: 'array', element: { kind: 'text' } }],
    ],
    [
      [1, 'id', { kind: 'int4' }],
      [2, 'renamed', { kind: 'text' }],
      [4, 'c', { kind: 'array', element: { kind: 'text' } }],
      [5, 'd', { kind: 'int4' }],
    ],
  ]);
});

test('tables that were not asked for leave no rows, and an idle stream still moves the slot', async () => {
  await using source = await openTestSource('CREATE TABLE mine (id int PRIMARY KEY); CREATE TABLE other (id int)');
  const [mine] = await source.db.query<{ oid: number }>(`SELECT 'mine'::regclass::oid AS oid`);
  await source.db.query('INSERT INTO other SELECT generate_series(1, 20000)');
  const [busy] = await source.db.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
  await using stream = await source.open({
    tables: new Set([mine?.oid ?? 0]),
    limits: { segmentBytesMax: 1024, segmentAgeMsMax: 20, advanceIntervalMs: 200 },
  });
  const [advance] = await readUntil(stream, (all) => all.length === 1);
  expect(advance).toMatchObject({ complete: true, rows: 0, transactions: 0, blocks: [] });
  if (!advance) return;
  expect(advance.toLsn).toBe(advance.endLsn - 1n);
  source.store(stream, advance);
  expect(advance.endLsn).toBeGreaterThanOrEqual(parseLsn(busy?.lsn ?? ''));
  await source.db.query('INSERT INTO mine VALUES (1)');
  await expect
    .poll(() =>
      source.db.query('SELECT confirmed_flush_lsn::text AS lsn FROM pg_replication_slots WHERE slot_name = $1', [
        source.slot,
      ]),
    )
    .toEqual([{ lsn: formatLsn(advance.endLsn) }]);
});

test('a slot that is missing, or was moved past the stored position, is refused', async () => {
  await using source = await openTestSource('CREATE TABLE t (id int PRIMARY KEY)');
  source.position.endLsn = parseLsn('0/1');
  await expect(source.open()).rejects.toMatchObject({ code: 'SOURCE_SLOT_GAP' });
  source.position.endLsn = parseLsn('FFFF/0');
  await expect(source.open()).rejects.toMatchObject({ code: 'SOURCE_SERVER_CHANGED' });
  await expect(source.open({ slot: 'nobody' })).rejects.toMatchObject({ code: 'SOURCE_SLOT_MISSING' });
  source.position.endLsn = ZERO_LSN;
  await source.db.query(`DROP PUBLICATION ${source.publication}`);
  await expect(source.open()).rejects.toMatchObject({ code: 'SOURCE_PUBLICATION' });
});

test('the slot is taken over from a session of ours, not from a stranger', async () => {
  await using source = await openTestSource('CREATE TABLE t (id int PRIMARY KEY)');
  await using frozen = await source.open();
  const lost = expect(readUntil(frozen, () => false)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  await using stream = await source.open();
  await lost;
  await source.db.query('INSERT INTO t VALUES (1)');
  expect(rowCount(await readUntil(stream, (all) => rowCount(all) === 1))).toBe(1);
  await expect(source.open({ applicationName: 'somebody else' })).rejects.toMatchObject({ code: 'SOURCE_SLOT_BUSY' });
});
