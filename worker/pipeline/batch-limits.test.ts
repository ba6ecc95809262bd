import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ZERO_LSN } from '@/server/domain/lsn.ts';
import type { SegmentInfo } from '@/worker/buffer/read.ts';
import { takeBatch } from './batch-limits.ts';

const segment = (seq: number, more: Partial<SegmentInfo> = {}): SegmentInfo => ({
  seq: BigInt(seq),
  table: 0,
  complete: true,
  toLsn: ZERO_LSN,
  commitTime: '',
  receivedAtMs: 0,
  transactions: 1,
  rows: 10,
  rawBytes: 100,
  bytes: 10,
  directory: [],
  ...more,
});
const limits = { batchRowsMax: 30, batchBytesMax: 1_000_000, batchAgeMsMax: 1000 };
const taken = (segments: SegmentInfo[], nowMs = 0) => takeBatch(segments, { limits, nowMs }).length;

test('a young batch below its limits waits', () => expect(taken([segment(1), segment(2)])).toBe(0));
test('age closes a batch', () => expect(taken([segment(1), segment(2)], 1000)).toBe(2));
test('rows close a batch', () => expect(taken([segment(1), segment(2), segment(3), segment(4)])).toBe(3));

test('a transaction larger than the limits is taken whole', () => {
  const large = [1, 2, 3, 4, 5].map((seq) => segment(seq, { complete: seq === 5 }));
  expect(taken(large)).toBe(5);
});

test('what is full before a large transaction goes first', () => {
  expect(taken([segment(1), segment(2, { complete: false, rows: 50 }), segment(3)])).toBe(1);
});

test('a batch never ends inside a transaction', () => {
  const shape = fc.array(fc.record({ complete: fc.boolean(), rows: fc.integer({ min: 1, max: 40 }) }));
  fc.assert(
    fc.property(shape, fc.integer({ min: 0, max: 2000 }), (parts, nowMs) => {
      const segments = parts.map((part, index) => segment(index, part));
      const batch = takeBatch(segments, { limits, nowMs });
      expect(batch.at(-1)?.complete ?? true).toBe(true);
      expect(segments.slice(0, batch.length)).toEqual(batch);
    }),
  );
});
