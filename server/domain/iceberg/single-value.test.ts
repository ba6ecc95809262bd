import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PrimitiveType } from './schema.ts';
import { compareSingleValues, decodeSingleValue, encodeSingleValue, type SingleValue } from './single-value.ts';

const hex = (type: PrimitiveType, value: SingleValue) => encodeSingleValue(type, value).toString('hex');

describe('encodeSingleValue', () => {
  // Values worked out by hand from the table in the spec's appendix D.
  it.each<[PrimitiveType, SingleValue, string]>([
    ['boolean', true, '01'],
    ['boolean', false, '00'],
    ['int', 34, '22000000'],
    ['int', -1, 'ffffffff'],
    ['date', 0, '00000000'],
    ['long', 34n, '2200000000000000'],
    ['time', 1n, '0100000000000000'],
    ['timestamptz', -1n, 'ffffffffffffffff'],
    ['float', 1, '0000803f'],
    ['double', 1, '000000000000f03f'],
    ['double', -0, '0000000000000080'],
    ['string', 'ä€', 'c3a4e282ac'],
    ['uuid', 'f79c3e09-677c-4bbd-a479-3f349cb785e7', 'f79c3e09677c4bbda4793f349cb785e7'],
    ['decimal(9, 2)', 1420n, '058c'],
    ['decimal(9, 2)', 128n, '0080'],
    ['decimal(9, 2)', 127n, '7f'],
    ['decimal(9, 2)', -128n, '80'],
    ['decimal(9, 2)', -129n, 'ff7f'],
    ['decimal(9, 2)', 0n, '00'],
    ['binary', Buffer.from([1, 255]), '01ff'],
  ])('writes %s %s as %s', (type, value, expected) => {
    expect(hex(type, value)).toBe(expected);
  });

  it('gives back every value it wrote', () => {
    const of = (type: PrimitiveType, values: fc.Arbitrary<SingleValue>) =>
      values.map((value) => [type, value] as const);
    const any = fc.oneof(
      of('int', fc.integer()),
      of('long', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
      of('decimal(38, 4)', fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n })),
      of('double', fc.double()),
      of('string', fc.string({ unit: 'grapheme' })),
      of('uuid', fc.uuid()),
      of('boolean', fc.boolean()),
    );
    fc.assert(
      fc.property(any, ([type, value]) => Object.is(decodeSingleValue(type, encodeSingleValue(type, value)), value)),
    );
  });

  it('refuses a value of another type, and reads bounds written before int became long', () => {
    expect(() => encodeSingleValue('long', 1)).toThrow(TypeError);
    expect(() => encodeSingleValue('int', 2 ** 31)).toThrow(RangeError);
    expect(decodeSingleValue('long', encodeSingleValue('int', -7))).toBe(-7n);
    expect(decodeSingleValue('double', encodeSingleValue('float', 0.5))).toBe(0.5);
    expect(() => decodeSingleValue('int', Buffer.alloc(3))).toThrow(TypeError);
  });
});

describe('compareSingleValues', () => {
  it('orders text as its UTF-8 bytes, where astral characters come last', () => {
    expect(compareSingleValues('\u{ff5e}', '\u{1f600}')).toBeLessThan(0);
    expect(compareSingleValues(2n, 10n)).toBeLessThan(0);
    expect(compareSingleValues('a', 'a')).toBe(0);
  });
});
