import { expect, test } from 'vitest';
import { totalBytes } from './total-bytes.ts';

const table = { kind: 'table', isPartition: false, bytes: 100 } as const;
const root = { kind: 'partitioned', isPartition: false, bytes: 50 } as const;
const branch = { kind: 'partitioned', isPartition: true, bytes: 50 } as const;
const leaf = { kind: 'table', isPartition: true, bytes: 25 } as const;

test('a partition weighs nothing beside its partitioned table', () => {
  expect(totalBytes([table, root, branch, leaf, leaf])).toBe(150);
});

test('partitions that are found by themselves weigh what they do', () => {
  expect(totalBytes([leaf, leaf])).toBe(50);
});
