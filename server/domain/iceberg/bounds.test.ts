import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerBound, truncateBinaryUpper, truncateStringLower, truncateStringUpper, upperBound } from './bounds.ts';

const compareText = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
// Lone surrogates cannot come from PostgreSQL, whose text is valid UTF-8.
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('a', '\u{10ffff}', '\ud7ff', '\uffff'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 30,
});

describe('string bounds', () => {
  it('never exclude the value they were cut from, and keep at most 16 code points', () => {
    fc.assert(
      fc.property(text, (value) => {
        const lower = truncateStringLower(value);
        const upper = truncateStringUpper(value);
        expect([...lower].length).toBeLessThanOrEqual(16);
        expect(compareText(lower, value)).toBeLessThanOrEqual(0);
        if (upper === null) return;
        expect([...upper].length).toBeLessThanOrEqual(16);
        expect(compareText(upper, value)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('raise the last code point, carrying left and skipping surrogates', () => {
    expect(truncateStringUpper('abc', 2)).toBe('ac');
    expect(truncateStringUpper('a\u{10ffff}c', 2)).toBe('b');
    expect(truncateStringUpper('a\ud7ffc', 2)).toBe('a\ue000');
    expect(truncateStringUpper('\u{10ffff}\u{10ffff}x', 2)).toBeNull();
    expect(truncateStringUpper('ab', 2)).toBe('ab');
    expect(truncateStringLower('😀😀😀', 2)).toBe('😀😀');
  });
});

describe('binary bounds', () => {
  it('never exclude the value they were cut from', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (raw) => {
        const value = Buffer.from(raw);
        expect(Buffer.compare(lowerBound('binary', value) ?? value, value)).toBeLessThanOrEqual(0);
        const upper = upperBound('binary', value);
        if (upper !== null) expect(Buffer.compare(upper, value)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('are absent when nothing short can be above', () => {
    expect(truncateBinaryUpper(Buffer.alloc(17, 0xff))).toBeNull();
    expect(truncateBinaryUpper(Buffer.from([1, 255, 0]), 2)).toEqual(Buffer.from([2]));
  });
});

describe('floating bounds', () => {
  it('leave NaN out and write zero as -0.0 below and +0.0 above', () => {
    expect(lowerBound('double', Number.NaN)).toBeNull();
    expect(upperBound('float', Number.NaN)).toBeNull();
    expect(lowerBound('double', 0)?.readDoubleLE()).toBe(-0);
    expect(Object.is(upperBound('double', -0)?.readDoubleLE(), 0)).toBe(true);
  });
});
