import fc from 'fast-check';
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
