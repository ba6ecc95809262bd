import { expect, test } from 'vitest';
import { whereStuck } from './stuck.ts';

const flowing = {
  state: 'running',
  error: null,
  lagSeconds: 2,
  sourceLagBytes: 0,
  slot: { walStatus: 'reserved', safeBytes: null },
  buffer: { bytes: 10, bytesMax: 100 },
};

test('what flows is stuck nowhere', () => expect(whereStuck(flowing)).toBeNull());

test.each([
  ['a refused connection', { error: { code: 'SOURCE_REFUSED', message: 'no' } }, 'source'],
  ['a full buffer', { buffer: { bytes: 100, bytesMax: 100 } }, 'buffer'],
  ['a store that is away', { error: { code: 'STORAGE_UNREACHABLE', message: 'no' } }, 'lake'],
  ['slow commits', { lagSeconds: 600 }, 'lake'],
  ['a slot about to be lost', { slot: { walStatus: 'unreserved', safeBytes: 0 } }, 'source'],
  ['a pause', { state: 'paused' }, 'source'],
])('%s is shown where it is', (_, change, place) => {
  expect(whereStuck({ ...flowing, ...change })?.place).toBe(place);
});

test('a pipeline that nobody runs is not stuck', () => {
  expect(whereStuck({ ...flowing, state: 'stopped', lagSeconds: 999 })).toBeNull();
});
