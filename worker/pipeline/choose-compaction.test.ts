import { expect, test } from 'vitest';
import type { DataFile } from '@/server/domain/iceberg/data-file.ts';
import { chooseCompaction, inTurn, mergeTurns } from './choose-compaction.ts';

const metrics = {
  columnSizes: new Map(),
  valueCounts: new Map(),
  nullCounts: new Map(),
  nanCounts: new Map(),
  lowerBounds: new Map(),
  upperBounds: new Map(),
  splitOffsets: [],
};
const file = (name: string, bytes: number, content: DataFile['content'] = 'data'): DataFile => ({
  content,
  path: name,
  rows: Math.ceil(bytes / 100),
  bytes,
  metrics,
});
const many = (count: number, bytes: number) => Array.from({ length: count }, (_, i) => file(`${bytes}-${i}`, bytes));

test('a few small files are left alone', () => {
  expect(chooseCompaction({ data: many(7, 1000), deletes: [] })).toBeNull();
});

test('small files of one size are merged, larger ones are not touched with them', () => {
  const chosen = chooseCompaction({ data: [...many(8, 1000), ...many(5, 1_000_000)], deletes: [] });
  expect(chosen?.merge.map((f) => f.bytes)).toEqual(Array(8).fill(1000));
});

test('large files are never merged', () => {
  expect(chooseCompaction({ data: many(50, 500_000_000), deletes: [] })).toBeNull();
});

test('many delete files alone are merged into one', () => {
  const deletes = Array.from({ length: 16 }, (_, i) => file(`d${i}`, 10, 'position-deletes'));
  expect(chooseCompaction({ data: many(2, 1000), deletes })).toEqual({ merge: [] });
});

test('merging every commit of a long day keeps the number of files small', () => {
  let data: DataFile[] = [];
  for (let commit = 0; commit < 5000; commit++) {
    data.push(file(`c${commit}`, 20_000));
    const chosen = chooseCompaction({ data, deletes: [] });
    if (!chosen) continue;
    const gone = new Set(chosen.merge.map((f) => f.path));
    const bytes = chosen.merge.reduce((sum, f) => sum + f.bytes, 0);
    data = [...data.filter((f) => !gone.has(f.path)), file(`m${commit}`, bytes)];
    expect(data.length).toBeLessThan(60);
  }
});

test('a table that is always due does not keep the others from their turn', () => {
  const tables = [{ files: 9 }, { files: 40 }, { files: 12 }];
  expect(inTurn(tables).map(({ files }) => files)).toEqual([40, 12, 9]);
});

test('of wide rows only little files are merged, and few of them', () => {
  const wide = (count: number, bytes: number) =>
    many(count, bytes).map((f, i) => ({ ...f, path: `wide-${i}`, rows: 1 }));
  expect(chooseCompaction({ data: wide(40, 5_000_000), deletes: [] })).toBeNull();
  expect(chooseCompaction({ data: wide(40, 50_000), deletes: [] })?.merge).toHaveLength(40);
  expect(chooseCompaction({ data: wide(40, 1_000_000), deletes: [] })?.merge).toHaveLength(8);
});

test('nothing is merged while a batch fills, everything once nothing waits', () => {
  const filesToMerge = mergeTurns();
  expect(filesToMerge({ isBusy: true, isWaiting: true })).toBeGreaterThan(8);
  expect(filesToMerge({ isBusy: false, isWaiting: true })).toBeGreaterThan(8);
  expect(filesToMerge({ isBusy: false, isWaiting: false })).toBe(0);
});

test('a stream that never rests has its files merged now and then', () => {
  const filesToMerge = mergeTurns();
  const rounds = Array.from({ length: 48 }, () => filesToMerge({ isBusy: true, isWaiting: true }));
  expect(rounds.filter((filesMin) => filesMin === 0)).toHaveLength(3);
});
