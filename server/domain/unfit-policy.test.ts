import { expect, it } from 'vitest';
import type { SourceColumn } from './table-schema.ts';
import { unfitPolicy } from './unfit-policy.ts';

const column = (name: string, keyOrdinal: number | null = null): SourceColumn => ({
  attnum: 1,
  name,
  typeName: 'numeric',
  typeOid: 1700,
  typmod: -1,
  type: { kind: 'text' },
  notNull: false,
  keyOrdinal,
});
const columns = [column('id', 0), column('price')];

it('finds policies of columns that are not there, and of keys that would become null', () => {
  expect(unfitPolicy({ columns }, { policies: { price: 'null', id: 'string' }, mirror: true })).toBeNull();
  expect(unfitPolicy({ columns }, { policies: { prise: 'null' }, mirror: true })).toEqual({
    column: 'prise',
    reason: 'the table has no column prise',
  });
  expect(unfitPolicy({ columns }, { policies: { id: 'null' }, mirror: true })).toMatchObject({ column: 'id' });
  expect(unfitPolicy({ columns }, { policies: { id: 'null' }, mirror: false })).toBeNull();
});

it('knows that columns which are left out have no name', () => {
  expect(unfitPolicy({ columns, hidden: [7] }, { policies: { secret: 'null' }, mirror: true })).toBeNull();
});
