import { expect, test } from 'vitest';
import { patternMatcher, qualified } from './table-pattern.ts';

const tables = ['public.orders', 'public.order_lines', 'sales.orders', 'sales.Q1'].map((name) => {
  const [schema = '', table = ''] = name.split('.');
  return { schema, table };
});
const found = (text: string) => tables.filter(patternMatcher(text)).map(qualified);

test('plain text is looked for anywhere in the name, in any case', () => {
  expect(found('LINES')).toEqual(['public.order_lines']);
  expect(found('sales.')).toEqual(['sales.orders', 'sales.Q1']);
});

test('a pattern covers the whole name, with its schema when it has a dot', () => {
  expect(found('order*')).toEqual(['public.orders', 'public.order_lines', 'sales.orders']);
  expect(found('public.*s')).toEqual(['public.orders', 'public.order_lines']);
  expect(found('q?')).toEqual(['sales.Q1']);
});

test('several patterns are joined, and none means all', () => {
  expect(found('q1, *lines')).toEqual(['public.order_lines', 'sales.Q1']);
  expect(found('  ')).toHaveLength(4);
});

test('characters with a meaning elsewhere stand for themselves', () => {
  expect(found('ord(*')).toEqual([]);
});
