import { expect, test } from 'vitest';
import { type ChangelogRow, foldChangelog } from './fold-changelog.ts';

const row = (op: string, position: [epoch: number, lsn: bigint, ordinal: bigint], values: Array<string | null>) =>
  ({ op, epoch: position[0], lsn: position[1], ordinal: position[2], values, unchanged: [] }) satisfies ChangelogRow;

test('changes are applied in the order of their positions, not of the files', () => {
  const folded = foldChangelog(
    [
      row('u', [1, 20n, 1n], ['1', 'late']),
      row('r', [1, 5n, 0n], ['1', 'first']),
      row('i', [1, 20n, 0n], ['2', 'gone']),
      row('d', [2, 7n, 0n], ['2', null]),
    ],
    [0],
  );
  expect(folded).toEqual({ rows: [['1', 'late']], duplicates: 0 });
});

test('a value that the source did not send again is the one before', () => {
  const change = { ...row('u', [1, 2n, 0n], ['1', null]), unchanged: [1] };
  expect(foldChangelog([row('i', [1, 1n, 0n], ['1', 'long text']), change], [0]).rows).toEqual([['1', 'long text']]);
});

test('a truncate empties the table, and a position that occurs twice is counted', () => {
  const twice = [row('i', [1, 1n, 0n], ['1', 'a']), row('i', [1, 1n, 0n], ['1', 'a'])];
  expect(foldChangelog([...twice, row('t', [1, 2n, 0n], [null, null])], [0])).toEqual({ rows: [], duplicates: 1 });
});

test("an update behind the delete of another row keeps its own unsent value, a row under a new key the old row's", () => {
  const before = [row('i', [1, 1n, 0n], ['1', 'of one']), row('i', [1, 1n, 1n], ['2', 'of two'])];
  const gone = row('d', [1, 2n, 0n], ['1', null]);
  const updated = { ...row('u', [1, 2n, 1n], ['2', null]), unchanged: [1] };
  const moved = { ...row('u', [1, 2n, 1n], ['3', null]), unchanged: [1] };
  expect(foldChangelog([...before, gone, updated], [0]).rows).toEqual([['2', 'of two']]);
  expect(foldChangelog([...before, gone, moved], [0]).rows).toEqual([
    ['2', 'of two'],
    ['3', 'of one'],
  ]);
});
