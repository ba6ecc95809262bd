import { expect, test } from 'vitest';
import type { RowCondition } from './copy-scope.ts';
import { type BoundFilter, presentFilter, sameFilter, samePublished } from './row-filter.ts';

const is = (column: string, value: string): RowCondition => ({ column, operator: '=', value });

test('the order of conditions, and one said twice, make no other filter', () => {
  expect(sameFilter([is('a', '1'), is('b', '2')], [is('b', '2'), is('a', '1'), is('a', '1')])).toBe(true);
  expect(sameFilter([is('a', '1')], [is('a', '2')])).toBe(false);
  expect(sameFilter([is('a', '1')], [])).toBe(false);
  expect(sameFilter([{ column: 'a', operator: 'is null', value: null }], [is('a', '')])).toBe(false);
});

test('a bound filter follows its columns through renames, and says when one is gone', () => {
  const bound: BoundFilter = { oid: 7, conditions: [{ attnum: 2, operator: '=', value: 'x' }], published: null };
  const table = (name: string, attnum: number, oid = 7) => ({ oid, columns: [{ attnum, name }] });
  expect(presentFilter(table('state', 2), bound)).toEqual([is('state', 'x')]);
  expect(presentFilter(table('status', 3), bound)).toBeNull();
  expect(presentFilter(table('status', 2, 8), bound)).toBeNull();
  expect(presentFilter(table('status', 2), null)).toEqual([]);
});

test('published filters are the same by tree or by text', () => {
  const filter = { tree: '{OPEXPR 1}', text: `(a = 1)` };
  expect(samePublished(filter, { ...filter, text: '(b = 1)' })).toBe(true);
  expect(samePublished(filter, { ...filter, tree: '{OPEXPR 2}' })).toBe(true);
  expect(samePublished(filter, { tree: '{OPEXPR 2}', text: '(a = 2)' })).toBe(false);
  expect(samePublished(filter, null)).toBe(false);
  expect(samePublished(null, null)).toBe(true);
});
