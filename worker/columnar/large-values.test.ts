import { expect, test } from 'vitest';
import { loadChanges } from './load-changes.ts';
import { openTestColumnar, testBlocks, testTable } from './testing/tables.ts';

const { schema, lake } = testTable([
  { name: 'id', source: { kind: 'int4' }, lake: 'int', key: true },
  { name: 'body', source: { kind: 'text' }, lake: 'string' },
]);

test('a row of many megabytes is loaded whole or parked with its line, and spoils no other', async () => {
  await using columnar = await openTestColumnar();
  const sizes = [1, 3_000_000, 16_000_000, 40_000_000, 2];
  const changes = sizes.map((size, ordinal) => ({ op: 'i', ordinal, values: [String(ordinal), 'x'.repeat(size)] }));
  await using loaded = await loadChanges(columnar, { lake, blocks: testBlocks(schema, changes) });
  const rows = await loaded.session.rows(
    'SELECT ordinal, length(c1) AS size FROM changes WHERE bad IS NULL ORDER BY rowid',
  );
  const kept = new Map(rows.map(({ ordinal, size }) => [Number(ordinal), Number(size)]));
  for (const { ordinal, payload } of loaded.rejects)
    kept.set(Number(ordinal), payload.toString().split('"')[3]?.length ?? 0);
  expect([...kept].sort(([a], [b]) => a - b)).toEqual(sizes.map((size, ordinal) => [ordinal, size]));
  expect(loaded.rejects.every(({ ordinal }) => ordinal === 3n)).toBe(true);
}, 30_000);
