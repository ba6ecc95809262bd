import { expect, test } from 'vitest';
import { heldOf, hold, release } from '@/server/domain/held-columns.ts';
import { diffSchemas } from '@/server/domain/schema-change.ts';
import type { SchemaPolicy } from '@/server/domain/schema-policy.ts';
import type { SourceColumn, TableSchema } from '@/server/domain/table-schema.ts';
import type { ValueType } from '@/server/domain/value-type.ts';
import { lakeSchema } from '@/worker/iceberg/lake-schema.ts';
import { judgeChange } from './judge-change.ts';

type Spec = [attnum: number, name: string, kind?: 'int4' | 'int8' | 'text', isKey?: true];

const column = ([attnum, name, kind = 'text', isKey]: Spec): SourceColumn => ({
  attnum,
  name,
  typeName: kind,
  typeOid: 0,
  typmod: -1,
  type: { kind } as ValueType,
  notNull: false,
  keyOrdinal: isKey ? 0 : null,
});
const table = (...columns: Spec[]): TableSchema => ({
  oid: 7,
  schema: 'public',
  table: 't',
  replicaIdentity: 'd',
  columns: columns.map(column),
});
const ID: Spec = [1, 'id', 'int4', true];
const PAUSE_ALL: SchemaPolicy = {
  'column-added': 'pause',
  'column-dropped': 'pause',
  'column-renamed': 'pause',
  'column-retyped': 'pause',
};
const IGNORE_ALL: SchemaPolicy = {
  'column-added': 'ignore',
  'column-dropped': 'ignore',
  'column-renamed': 'ignore',
  'column-retyped': 'ignore',
};

/** Each change between two versions, judged against a lake that has the first or another one. */
function judge(before: TableSchema, after: TableSchema, policy: SchemaPolicy, has = before, copied = before) {
  const lakes = [lakeSchema({ schema: has, policies: new Map(), mode: 'mirror' })];
  let held = null as Parameters<typeof judgeChange>[1]['held'];
  return diffSchemas(before, after).map((change) => {
    const judged = judgeChange(change, { before, after, lakes, copied, held, policies: [policy] });
    held = judged.held;
    return [change.kind, judged.action, judged.proposed, heldOf(held, 7)[judged.attnum ?? 0] ?? null];
  });
}

test('the choice of each kind counts, and a type that does not fit is known beforehand', () => {
  const before = table(ID, [2, 'a', 'int4'], [3, 'b', 'int4'], [4, 'c'], [5, 'd']);
  const after = table(ID, [2, 'a', 'int8'], [3, 'b', 'text'], [4, 'z'], [6, 'new']);
  expect(judge(before, after, {})).toEqual([
    ['column-dropped', 'kept', null, null],
    ['column-retyped', 'followed', null, null],
    ['column-retyped', 'unfit', null, null],
    ['column-renamed', 'followed', null, null],
    ['column-added', 'followed', null, null],
  ]);
  expect(judge(before, after, PAUSE_ALL)).toEqual([
    ['column-dropped', 'waiting', 'kept', null],
    ['column-retyped', 'waiting', 'followed', null],
    ['column-retyped', 'waiting', 'unfit', null],
    ['column-renamed', 'waiting', 'followed', null],
    ['column-added', 'waiting', 'followed', null],
  ]);
  expect(judge(before, after, IGNORE_ALL)).toEqual([
    ['column-dropped', 'ignored', 'kept', {}],
    ['column-retyped', 'ignored', 'followed', { type: true }],
    ['column-retyped', 'ignored', 'unfit', { type: true }],
    ['column-renamed', 'ignored', 'followed', { name: true }],
    ['column-added', 'ignored', 'followed', { leftOut: true }],
  ]);
});

test('what a copy has brought already is not asked about', () => {
  const before = table(ID, [2, 'a', 'int4'], [4, 'c'], [5, 'd']);
  const after = table(ID, [2, 'a', 'int8'], [4, 'z'], [6, 'new']);
  expect(judge(before, after, PAUSE_ALL, after, after).map(([, action]) => action)).toEqual([
    'kept',
    'noted',
    'followed',
    'followed',
  ]);
});

test('a new column of the key is followed, and what needs no change of the lake is noted', () => {
  const after = table([1, 'id', 'int4', true], [2, 'n', 'int4', true]);
  expect(judge(table(ID), after, IGNORE_ALL)).toEqual([
    ['column-added', 'followed', null, null],
    ['key-changed', 'noted', null, null],
  ]);
  expect(judge(table(ID, [2, 'a', 'int8']), table(ID, [2, 'a', 'int4']), PAUSE_ALL)).toEqual([
    ['column-retyped', 'noted', null, null],
  ]);
});

test('what is held of one table says nothing of another, and is released aspect by aspect', () => {
  const named = hold(null, 7, { kind: 'column-renamed', attnum: 2 });
  const both = hold(named, 7, { kind: 'column-retyped', attnum: 2 });
  expect(heldOf(both, 7)).toEqual({ 2: { name: true, type: true } });
  expect(heldOf(both, 8)).toEqual({});
  expect(heldOf(hold(both, 8, { kind: 'column-added', attnum: 3 }), 8)).toEqual({ 3: { leftOut: true } });
  expect(heldOf(release(both, 7, { kind: 'column-renamed', attnum: 2 }), 7)).toEqual({ 2: { type: true } });
  expect(heldOf(release(named, 7, { kind: 'column-renamed', attnum: 2 }), 7)).toEqual({});
});
