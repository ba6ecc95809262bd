import { expect, it } from 'vitest';
import * as z from 'zod';
import { parseInput } from './parse-input.ts';

const schema = z.strictObject({
  name: z.string().min(1).max(3),
  port: z.number().int().min(1).max(65_535),
  tables: z.array(z.string()).min(1),
  tls: z.enum(['disable', 'require']),
  isOn: z.boolean(),
  place: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('file') }),
    z.strictObject({ kind: z.literal('s3') }),
  ]),
  size: z.union([z.enum(['all', 'none']), z.strictObject({ first: z.number() })]),
  named: z.record(z.string().max(3), z.string()),
  own: z.string().regex(/^a/, 'begins with an a').optional(),
});
const VALID = {
  name: 'a',
  port: 1,
  tables: ['t'],
  tls: 'require',
  isOn: true,
  place: { kind: 's3' },
  size: 'all',
  named: {},
};

const reasonOf = (change: object): string => {
  try {
    parseInput(schema, { ...VALID, ...change });
  } catch (error) {
    return String(error instanceof Error ? error.message : error);
  }
  return 'accepted';
};

it.each([
  [{ name: undefined }, 'name: is missing'],
  [{ name: null }, 'name: must be text, not null'],
  [{ name: 7 }, 'name: must be text, not a number'],
  [{ name: '' }, 'name: must have at least 1 character'],
  [{ name: 'abcd' }, 'name: must have at most 3 characters'],
  [{ port: '5432' }, 'port: must be a number, not text'],
  [{ port: 1.5 }, 'port: must be a whole number'],
  [{ port: 0 }, 'port: must be at least 1'],
  [{ tables: [] }, 'tables: must have at least 1 item'],
  [{ tables: {} }, 'tables: must be a list, not a mapping'],
  [{ tls: 'off' }, 'tls: must be one of disable, require'],
  [{ isOn: 'yes' }, 'isOn: must be true or false, not text'],
  [{ port: true }, 'port: must be a number, not true'],
  [{ own: 'b' }, 'own: begins with an a'],
  [{ place: { kind: 'nfs' } }, 'place.kind: must be one of file, s3'],
  [{ size: 'some' }, 'size: must be one of all, none, or must be a mapping, not text'],
  [{ size: { first: 'x' } }, 'size: must be one of all, none, or first must be a number, not text'],
  [{ named: { long_name: 'x' } }, 'named.long_name: its name must have at most 3 characters'],
  [{ odd: 1 }, 'odd: is no field here'],
])('%j is refused with "%s"', (change, reason) => {
  expect(reasonOf(change)).toBe(reason);
});
