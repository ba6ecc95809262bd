import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CopiedRange, filterByRanges, filterBySnapshot } from './filter-by-snapshot.ts';
import { loadChanges } from './load-changes.ts';
import { openTestColumnar, testBlocks, testTable } from './testing/tables.ts';

const { schema, lake } = testTable([{ name: 'id', source: { kind: 'int4' }, lake: 'int', key: true }]);

const change = fc.record({
  op: fc.constantFrom('i', 'u', 'd', 'D', 'U', 't'),
  key: fc.nat(30),
  xid: fc.integer({ min: 1, max: 20 }),
});
const snapshot = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.nat(8), fc.array(fc.nat(8), { maxLength: 3 }))
  .map(([xmin, span, offsets]) => ({
    snapshotXmin: BigInt(xmin),
    snapshotXmax: BigInt(xmin + span),
    xip: offsets.filter((offset) => offset < span).map((offset) => BigInt(xmin + offset)),
  }));

const sees = (s: Omit<CopiedRange, 'lower' | 'upper'>, xid: number) =>
  BigInt(xid) < s.snapshotXmin || (BigInt(xid) < s.snapshotXmax && !s.xip.includes(BigInt(xid)));

test('a change half stays exactly when the copy of its key has not seen its transaction', async () => {
  await using columnar = await openTestColumnar();
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 25 }),
      fc.array(snapshot, { minLength: 3, maxLength: 3 }),
      async (drawn, snapshots) => {
        const changes = drawn.map(({ op, key, xid }, ordinal) => ({
          op,
          ordinal,
          xid,
          values: [op === 't' ? null : String(key)],
        }));
        const bounds = [null, '10', '20', null];
        const ranges = snapshots.map((s, at) => ({ ...s, lower: bounds[at] ?? null, upper: bounds[at + 1] ?? null }));
        await using byRange = await loadChanges(columnar, { lake, blocks: testBlocks(schema, changes) });
        await filterByRanges(byRange, ranges);
        const kept = await byRange.session.rows('SELECT ordinal FROM changes ORDER BY rowid');
        const expected = drawn.flatMap(({ op, key, xid }, ordinal) => {
          const range = ranges[key < 10 ? 0 : key < 20 ? 1 : 2];
          const isSeen = op === 't' ? ranges.every((one) => sees(one, xid)) : range && sees(range, xid);
          return isSeen ? [] : [String(ordinal)];
        });
        expect(kept.map(({ ordinal }) => ordinal)).toEqual(expected);

        await using whole = await loadChanges(columnar, { lake, blocks: testBlocks(schema, changes) });
        const [one] = snapshots;
        if (!one) return;
        const { dropped } = await filterBySnapshot(whole, one);
        expect(dropped).toBe(drawn.filter(({ xid }) => sees(one, xid)).length);
      },
    ),
    { numRuns: 20 },
  );
}, 60_000);
