import { expect, test } from 'vitest';
import { formatLsn } from '@/server/domain/lsn.ts';
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

test('the slot is confirmed to exactly the stored position, and back-to-back commits survive a restart', async () => {
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
