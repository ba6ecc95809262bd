import { expect, test } from 'vitest';
import { refuseUnstorable } from './refuse-unstorable.ts';

test.each([
  ['U+0000', { note: 'a\0b' }, /^note/],
  ['the first half of a pair', { filter: { reason: '\ud800' } }, /^filter\.reason/],
  ['the second half of a pair', { tables: ['ok', 'a\udc00b'] }, /^tables\[1\]/],
  ['a key that is none', { mapping: { '\ud800': 1 } }, /^mapping/],
])('%s is refused where it stands', (_, input, field) => {
  expect(() => refuseUnstorable(input)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  expect(() => refuseUnstorable(input)).toThrow(field);
});

test('whole pairs and everything else pass', () => {
  expect(() => refuseUnstorable({ name: '\u{1f980} ü \ufffd', list: [1, null, true] })).not.toThrow();
});
