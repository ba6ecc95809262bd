import fc from 'fast-check';
import { expect, test } from 'vitest';
import { widenXid } from './widen-xid.ts';

test('any id within two billion of the reference is found again from its low 32 bits', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2 ** 31, max: 2 ** 50 }),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      (reference, off) => {
        const xid = reference + off;
        expect(widenXid(xid % 2 ** 32, reference)).toBe(xid);
      },
    ),
  );
});
