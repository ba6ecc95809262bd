import { expect, test } from 'vitest';
import { filterSql } from './filter-sql.ts';

test('conditions are joined, and values are literals without a type of their own', () => {
  expect(
    filterSql([
      { column: 'status', operator: '=', value: 'active' },
      { column: 'Paid at', operator: 'is not null', value: null },
      { column: 'id', operator: '>=', value: '-5' },
    ]),
  ).toBe(`"status" = 'active' AND "Paid at" is not null AND "id" >= '-5'`);
  expect(filterSql([])).toBe('');
  expect(filterSql([{ column: 'id', operator: '<', value: '1' }], 't.')).toBe(`t."id" < '1'`);
});

test('neither a name nor a value gets out of its quotes', () => {
  expect(filterSql([{ column: 'a" = 1 OR "b', operator: '=', value: `x' OR 'a'='a` }])).toBe(
    `"a"" = 1 OR ""b" = 'x'' OR ''a''=''a'`,
  );
  expect(filterSql([{ column: 'a', operator: '=', value: `\\' OR 1=1 --` }])).toBe(`"a" =  E'\\\\'' OR 1=1 --'`);
});
