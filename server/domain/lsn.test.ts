import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatLsn, parseLsn, toLsn } from './lsn.ts';

const lsn = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(toLsn);
const compare = (a: bigint, b: bigint): number => (a < b ? -1 : Number(a > b));

test('any 64-bit position comes back from its text, beyond what a number holds too (row 24)', () => {
  fc.assert(
    fc.property(lsn, (position) => {
      expect(parseLsn(formatLsn(position))).toBe(position);
      expect(parseLsn(formatLsn(position).toLowerCase())).toBe(position);
    }),
  );
  expect(parseLsn('1FFFFF/FFFFFFFF') + 1n).toBe(parseLsn('200000/0'));
});

test('positions are ordered as numbers, not as texts (row 24)', () => {
  expect(parseLsn('0/9') < parseLsn('0/10')).toBe(true);
  expect(parseLsn('9/0') < parseLsn('10/0')).toBe(true);
  fc.assert(
    fc.property(lsn, lsn, (a, b) => {
      const halves = (position: bigint) => [position >> 32n, position & 0xffff_ffffn] as const;
      const [[aHigh, aLow], [bHigh, bLow]] = [halves(a), halves(b)];
      expect(compare(parseLsn(formatLsn(a)), parseLsn(formatLsn(b)))).toBe(
        compare(aHigh, bHigh) || compare(aLow, bLow),
      );
    }),
  );
});

test('what is no position is refused', () => {
  for (const text of ['', '0', '0/', '/0', '0/G', '1/123456789', '0/0 ', '-1/0']) {
    expect(() => parseLsn(text)).toThrow(TypeError);
  }
});
