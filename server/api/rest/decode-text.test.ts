import { expect, it } from 'vitest';
import * as z from 'zod';
import { decodeQuery } from './decode-text.ts';

const shape = {
  limit: z.number().default(50),
  dropLakeTables: z.boolean().optional(),
  name: z.string().nullable().optional(),
  schemas: z.array(z.string()).default([]),
};
const decode = (query: string) => decodeQuery(shape, new URLSearchParams(query));

it('reads texts as what the schema takes', () => {
  expect(decode('limit=7&dropLakeTables=false&name=1&schemas=a&schemas=b')).toEqual({
    limit: 7,
    dropLakeTables: false,
    name: '1',
    schemas: ['a', 'b'],
  });
});

it.each([
  'limit=0x10',
  'limit=1e3',
  'limit=',
  'limit=1&limit=2',
  'dropLakeTables=1',
  'dropLakeTables=TRUE',
  'toString=1',
  '__proto__=1',
])('refuses %s', (query) => {
  expect(() => decode(query)).toThrow(/^(limit|dropLakeTables|toString|__proto__): /);
});
