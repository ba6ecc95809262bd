import { expect, test } from 'vitest';
import type { SourceColumn } from '@/server/domain/table-schema.ts';
import { type AttributeSlot, alignColumns } from './relation-schema.ts';

const INT = 23;
const TEXT = 25;
const column = (name: string, typeOid = INT) => ({ isKey: false, name, typeOid, typmod: -1 });
const slot = (attnum: number, name: string | null, typeOid = INT): AttributeSlot => ({
  attnum,
  name,
  typeOid: name === null ? 0 : typeOid,
  typmod: -1,
});

const known = (attnum: number, name: string): SourceColumn => ({
  ...{ attnum, name, typeName: 'integer', typeOid: INT, typmod: -1 },
  ...{ type: { kind: 'text' }, notNull: false, keyOrdinal: null },
});

test('columns that the catalog still has keep their attnum, around added and dropped ones', () => {
  const slots = [slot(1, 'id'), slot(2, null), slot(3, 'b', TEXT), slot(4, 'added')];
  expect(alignColumns([column('id'), column('b', TEXT)], slots, [])).toEqual([1, 3]);
  expect(alignColumns([column('id'), column('gone'), column('b', TEXT)], slots, [])).toEqual([1, 2, 3]);
});

test('a renamed column is found by its place and type', () => {
  const slots = [slot(1, 'id'), slot(2, 'new_name', TEXT), slot(3, 'c')];
  expect(alignColumns([column('id'), column('old_name', TEXT), column('c')], slots, [])).toEqual([1, 2, 3]);
});

test('a column dropped and added again under the same name is the old one before, the new one after (row 39)', () => {
  const slots = [slot(1, 'id'), slot(2, null), slot(3, 'c'), slot(4, 'a', TEXT)];
  expect(alignColumns([column('id'), column('a'), column('c')], slots, [])).toEqual([1, 2, 3]);
  expect(alignColumns([column('id'), column('c'), column('a', TEXT)], slots, [])).toEqual([1, 3, 4]);
});

test('a column that was added, written and renamed is not taken for one that came and went after it (row 40)', () => {
  const slots = [slot(1, 'id'), slot(2, 'lasting'), slot(3, null)];
  expect(alignColumns([column('id'), column('brief')], slots, [])).toEqual([1, 2]);
});

test('a column that was added, written and renamed is not taken for one that had gone before it (row 40)', () => {
  const slots = [slot(1, 'id'), slot(2, null), slot(3, 'lasting'), slot(4, null)];
  expect(alignColumns([column('id'), column('brief')], slots, [known(1, 'id')])).toEqual([1, 3]);
});

test('a column that was written and dropped is not taken for one that came after it (row 39)', () => {
  const slots = [slot(1, 'id'), slot(2, null), slot(3, 'later')];
  const announced = [column('id'), column('gone')];
  expect(alignColumns(announced, slots, [known(1, 'id'), known(2, 'gone')])).toEqual([1, 2]);
  expect(alignColumns(announced, slots, [])).toEqual([1, 2]);
});

test('a column that was hidden and dropped since is none that had gone before (row 39)', () => {
  const slots = [slot(1, 'id'), slot(2, 'social'), slot(3, null), slot(4, 'born'), slot(5, 'later')];
  const announced = [column('id'), column('ssn'), column('notes'), column('born')];
  const previous = [known(1, 'id'), known(2, 'ssn'), known(4, 'born')];
  expect(alignColumns(announced, slots, previous, [3])).toEqual([1, 2, 3, 4]);
});

test('a column that was gone before is not taken for one that was renamed since (row 40)', () => {
  const slots = [slot(1, 'id'), slot(2, null), slot(3, 'other'), slot(4, 'new')];
  const previous = [known(1, 'id'), known(3, 'one')];
  expect(alignColumns([column('id'), column('one'), column('two')], slots, previous)).toEqual([1, 3, 4]);
});
