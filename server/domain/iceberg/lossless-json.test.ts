import fc from 'fast-check';
import { LosslessNumber, parse, stringify } from 'lossless-json';
import { expect, test } from 'vitest';
import { parseJson, stringifyJson } from './lossless-json.ts';

test('64-bit properties are bigint at any size, others only beyond the safe range', () => {
  const text = '{"snapshot-id":7,"schema-id":7,"big":9007199254740993,"snapshot-ids":[1,3051729675574597004],"x":1.5}';
  expect(parseJson(text)).toEqual({
    'snapshot-id': 7n,
    'schema-id': 7,
    big: 9007199254740993n,
    'snapshot-ids': [1n, 3051729675574597004n],
    x: 1.5,
  });
  expect(stringifyJson(parseJson(text))).toBe(text);
});

test('strings under a 64-bit name stay strings', () => {
  expect(parseJson('{"properties":{"snapshot-id":"7"}}')).toEqual({ properties: { 'snapshot-id': '7' } });
});

test('every 64-bit id survives a round trip', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (id) => {
      expect(parseJson(stringifyJson({ 'snapshot-id': id, other: id }))).toMatchObject({ 'snapshot-id': id });
      expect(stringifyJson(parseJson(stringifyJson([id])))).toBe(`[${id}]`);
    }),
  );
});

test('a property named like a prototype slot is only data', () => {
  const parsed = parseJson('{"__proto__":{"admin":true}}') as Record<string, unknown>;
  expect(parsed.admin).toBeUndefined();
});

const NAMES = ['snapshot-id', 'snapshot-ids', 'schema-id', 'x', '"', '\\', '\\"', '\\\\', ':12345678901234567'];
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...NAMES, '9007199254740993', '\\": 9007199254740993,', '": 9007199254740993', '[9007199254740993,'),
);
const digits = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }).map(String),
  fc.constantFrom(
    '0',
    '1e3',
    '12345678901234567.5',
    '0.12345678901234567',
    '1234567890123456789e1',
    '1E+1234567890123456789',
  ),
  fc.constantFrom('1e-1234567890123456789', '-0.5', '9007199254740993e-16'),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'medium' },
    digits.map((text) => new LosslessNumber(text)),
    texts,
    fc.constantFrom(true, false, null),
    fc.array(tie('tree')),
    fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), texts), tie('tree')),
  ),
}));

test('any text is read as a parser reads it that keeps the digits of every number', () => {
  fc.assert(
    fc.property(tree, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = stringify(value, undefined, space) ?? '';
      expect(parseJson(text)).toEqual(typed(parse(text), false));
    }),
    { numRuns: 500 },
  );
});

test('malformed text is refused', () => {
  const long = '9007199254740993';
  for (const text of [
    '',
    '{',
    `{"a":0${long}}`,
    `{"a":${long}`,
    `["${long}`,
    `[${long}${'"'}]`,
    `[--${long}]`,
    `{${long}:1}`,
  ]) {
    expect(() => parseJson(text), text).toThrow(SyntaxError);
  }
});

/** The rule of the types over numbers that are kept as text. */
function typed(value: unknown, isInt64: boolean): unknown {
  if (value instanceof LosslessNumber) {
    const number = Number(value.value);
    if (!/^-?\d+$/.test(value.value)) return isInt64 && Number.isSafeInteger(number) ? BigInt(number) : number;
    return isInt64 || !Number.isSafeInteger(number) ? BigInt(value.value) : number;
  }
  if (Array.isArray(value)) return value.map((element) => typed(element, isInt64));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, typed(one, ['snapshot-id', 'snapshot-ids'].includes(name))]),
  );
}
