import { expect, test } from 'vitest';
import { diffSchemas } from './schema-change.ts';
import type { SourceColumn, TableSchema } from './table-schema.ts';

const column = (attnum: number, name: string, more: Partial<SourceColumn> = {}): SourceColumn => ({
  attnum,
  name,
  typeName: 'text',
  typeOid: 25,
  typmod: -1,
  type: { kind: 'text' },
  notNull: false,
  keyOrdinal: null,
  ...more,
});

const table = (columns: SourceColumn[], more: Partial<TableSchema> = {}): TableSchema => ({
  oid: 1,
  schema: 'public',
  table: 'item',
  replicaIdentity: 'd',
  columns,
  ...more,
});

const id = column(1, 'id', { typeName: 'integer', type: { kind: 'int4' }, notNull: true, keyOrdinal: 0 });
const kinds = (before: TableSchema, after: TableSchema) =>
  diffSchemas(before, after).map(({ kind, column: name }) => `${kind} ${name}`);

test('columns are followed by attnum: renames, drops and additions are told apart', () => {
  const before = table([id, column(2, 'note'), column(3, 'gone')]);
  const after = table([id, column(2, 'remark'), column(4, 'gone')]);
  expect(diffSchemas(before, after)).toMatchObject([
    { kind: 'column-dropped', column: 'gone', before: { name: 'gone', type: 'text' }, after: null },
    { kind: 'column-renamed', column: 'remark', before: { name: 'note' }, after: { name: 'remark' } },
    { kind: 'column-added', column: 'gone', before: null, after: { name: 'gone' } },
  ]);
  expect(diffSchemas(before, before)).toEqual([]);
});

test('types, nullability, key, identity and the table itself are noted each', () => {
  const before = table([id, column(2, 'note')]);
  const after = table([{ ...id, typeName: 'bigint' }, column(2, 'note', { notNull: true, keyOrdinal: 1 })], {
    replicaIdentity: 'f',
    table: 'thing',
  });
  expect(kinds(before, after)).toEqual([
    'table-renamed null',
    'column-retyped id',
    'column-nullability note',
    'key-changed null',
    'identity-changed null',
  ]);
  expect(kinds(before, table([{ ...id, name: 'item_id' }, column(2, 'note')]))).toEqual(['column-renamed item_id']);
});

test('of another table that took the name, columns are compared by name', () => {
  const before = table([id, column(2, 'a'), column(3, 'b')]);
  const after = table([id, column(2, 'b'), column(3, 'c')], { oid: 2 });
  expect(kinds(before, after)).toEqual(['column-dropped a', 'column-added c']);
});
