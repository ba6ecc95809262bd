import { expect, test } from 'vitest';
import { compareRows } from './compare-rows.ts';
import { openTestColumnar, testTable } from './testing/tables.ts';

const { lake } = testTable([
  { name: 'id', source: { kind: 'int4' }, lake: 'int', key: true },
  { name: 'note', source: { kind: 'text' }, lake: 'string' },
]);

test('of a doubled key the same row is named at each look, in whatever order the rows are read', async () => {
  await using columnar = await openTestColumnar();
  await using session = await columnar.openSession();
  await session.run('CREATE TEMP TABLE parked (k0 INTEGER)');
  await session.run(`CREATE TEMP TABLE source AS SELECT i::INTEGER AS c0, 'n' || i AS c1, NULL::INTEGER AS bad, NULL::SMALLINT[] AS nulled
    FROM range(100) t(i)`);
  const named = async (order: string) => {
    const projected = session.newName('projected');
    await session.run(`CREATE TEMP TABLE ${projected} AS SELECT * FROM (
        SELECT c0, c1 FROM source UNION ALL SELECT c0, 'twice' FROM source WHERE c0 % 2 = 0) ORDER BY ${order}`);
    const { differences, count } = await compareRows(session, {
      lake,
      source: 'source',
      projected,
      excused: 'parked',
      deletedAt: -1,
      keepsExtra: false,
    });
    expect(count).toBe(50);
    return session.rows(`SELECT k0, kind, CAST(lake_hash AS VARCHAR) AS lake_hash FROM ${differences} ORDER BY k0`);
  };
  const first = await named('c0, c1');
  expect(first[0]).toMatchObject({ k0: 0, kind: 'extra' });
  expect(await named('c0, c1 DESC')).toEqual(first);
});
