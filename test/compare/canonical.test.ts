import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalLake, canonicalSource } from './canonical.ts';
import { parseArray } from './parse-array.ts';

test.each([
  ['-0.10', new Uint8Array([0xf6]), 'decimal(4,2)'],
  ['9999999999999999999999999999.9999999999', 10n ** 38n - 1n, 'decimal(38, 10)'],
  ['0', 0, 'decimal(9,0)'],
  ['1969-12-31 23:59:59.999999+00', -1n, 'timestamptz'],
  ['0001-01-01 00:00:00', -62135596800000000n, 'timestamp'],
  ['9999-12-31', 2932896, 'date'],
  ['0001-01-01', -719162, 'date'],
  ['1970-01-01', 0, 'date'],
  ['23:59:59.999999', 86399999999n, 'time'],
  ['0.1', Math.fround(0.1), 'float'],
  ['-0', -0, 'double'],
  ['NaN', Number.NaN, 'double'],
  ['-Infinity', Number.NEGATIVE_INFINITY, 'float'],
  ['t', true, 'boolean'],
  ['-9223372036854775808', -9223372036854775808n, 'long'],
  ['32767', 32767, 'int'],
  ['\\x00ff', new Uint8Array([0, 255]), 'binary'],
  ['00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000a', 'uuid'],
  ['\ufeffa\r\n', '\ufeffa\r\n', 'string'],
  [null, undefined, 'string'],
])('%j of the source equals its lake value', (text, value, type) => {
  expect(canonicalLake(value, type)).toBe(canonicalSource(text, type));
});

test.each([
  ['0.10', 11, 'decimal(4,2)'],
  ['0', -0, 'double'],
  ['', null, 'string'],
  ['{}', null, { type: 'list', 'element-id': 2, element: 'int' } as const],
  ['2024-02-29 12:00:00.000001', 1709208000000000n, 'timestamp'],
])('%j of the source differs from another lake value', (text, value, type) => {
  expect(canonicalLake(value, type)).not.toBe(canonicalSource(text, type));
});

test('dates count days as the calendar does, leap years included', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      const days = Math.floor(date.getTime() / 86_400_000);
      expect(canonicalSource(date.toISOString().slice(0, 10), 'date')).toBe(String(days));
    }),
  );
});

test('a printed array is read back element by element', () => {
  const print = (items: ReadonlyArray<string | null>) =>
    `{${items.map((item) => (item === null ? 'NULL' : `"${item.replace(/(["\\])/g, '\\$1')}"`)).join(',')}}`;
  fc.assert(
    fc.property(fc.array(fc.option(fc.string())), (items) => {
      expect(parseArray(print(items))).toEqual(items);
    }),
  );
  expect(parseArray('[5:6]={1,NULL}')).toEqual(['1', null]);
});
