import { expect, test } from 'vitest';
import { sqlName, sqlTable } from './sql-name.ts';

test('a name is quoted where PostgreSQL would read it otherwise', () => {
  expect(sqlName('orders_2024')).toBe('orders_2024');
  for (const name of ['Orders', 'my orders', '2024', 'größe', 'user', 'in', 'references', '']) {
    expect(sqlName(name)).toBe(`"${name}"`);
  }
  expect(sqlName('a"b')).toBe('"a""b"');
});

test('a table is named with its schema', () => {
  expect(sqlTable({ schema: 'public', table: 'Line Items' })).toBe('public."Line Items"');
});
