import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskLines } from './mask-copy-text.ts';
import { maskerOf } from './mask-value.ts';

const salt = Buffer.from('salt');
const ESCAPED: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};
/** As the server writes it (manual: COPY, Text Format). */
const copied = (text: string | null): string =>
  text === null ? '\\N' : [...text].map((character) => ESCAPED[character] ?? character).join('');
const lines = (rows: readonly (string | null)[][]): Buffer =>
  Buffer.from(rows.map((row) => `${row.map(copied).join('\t')}\n`).join(''));

const value = fc.option(
  fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\\N', '\\', '\\n', '\t', '', '\\.'), fc.string()),
  { nil: null },
);

test('values are masked as what they are, whatever ends lines, fields and nulls in them', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value, value, value)), (rows) => {
      const maskers = [null, maskerOf('hash', salt), maskerOf({ truncate: 2 }, salt), maskerOf('redact', salt)];
      const expected = rows.map(([plain, hashed, cut, redacted]) => [
        plain,
        hashed === null ? null : createHmac('sha256', salt).update(hashed).digest('hex'),
        cut === null ? null : [...cut].slice(0, 2).join(''),
        redacted === null ? null : '***',
      ]);
      expect(maskLines(lines(rows), maskers).toString()).toBe(lines(expected).toString());
    }),
  );
});
