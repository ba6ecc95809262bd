import { expect, it } from 'vitest';
import { changesBetween } from './changes-between.ts';

it('tells what an update changed, and nothing else', () => {
  const before = { name: 'shop', host: 'a.example.com', tables: ['x'], version: '1', updatedAt: 'then' };
  const after = { name: 'shop', host: 'b.example.com', tables: ['x', 'y'], version: '2', updatedAt: 'now' };
  expect(changesBetween(before, after)).toEqual([
    { field: 'host', before: 'a.example.com', after: 'b.example.com' },
    { field: 'tables', before: ['x'], after: ['x', 'y'] },
  ]);
});

it('keeps the value of a secret out of the log even when a view holds one', () => {
  const changes = changesBetween({ clientSecret: 'tops3cret', hasPassword: false }, { hasPassword: true });
  expect(changes).toEqual([
    { field: 'clientSecret', before: '(hidden)', after: null },
    { field: 'hasPassword', before: false, after: true },
  ]);
});
