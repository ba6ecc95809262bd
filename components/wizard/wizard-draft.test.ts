import { expect, test } from 'vitest';
import type { SourceTable } from '@/components/sources/source-types.ts';
import { copyEstimate } from './copy-estimate.ts';
import {
  EMPTY_DRAFT,
  lakeTables,
  readDraft,
  usualName,
  usualNamespace,
  withMode,
  withoutTables,
  withTable,
  withTables,
} from './wizard-draft.ts';

const table = (name: string, more: Partial<SourceTable> = {}): SourceTable => ({
  schema: 'public',
  table: name,
  kind: 'table',
  rowEstimate: 1_000,
  bytes: 8_192,
  columns: [],
  key: ['id'],
  keyDeferrable: false,
  isPartition: false,
  generatedColumns: [],
  selectable: true,
  canReplicate: true,
  canMirror: true,
  reason: null,
  replicaIdentity: 'default',
  recommended: { mode: 'mirror', reason: 'Its key id tells its rows apart.' },
  pipelines: [],
  ...more,
});

test('tables are chosen in their best mode, and not at all when they cannot be replicated', () => {
  const draft = withTables(EMPTY_DRAFT, [
    table('orders'),
    table('log', { recommended: { mode: 'changelog', reason: 'It has no key.' } }),
    table('view', { recommended: { mode: 'none', reason: 'Views have no changes.' } }),
  ]);
  expect(draft.tables.map(({ table: name, mirror, changelog }) => [name, mirror, changelog])).toEqual([
    ['orders', true, false],
    ['log', false, true],
  ]);
});

test('tables whose names differ only in case have names of their own in the lake', () => {
  const draft = withTables(EMPTY_DRAFT, [table('Mixed Case'), table('orders_changelog'), table('orders')]);
  const { tables } = withTables(draft, [table('mixed case'), table('MIXED CASE')]);
  expect(tables.flatMap(lakeTables)).toEqual([
    'mixed_case',
    'orders_changelog',
    'orders',
    'mixed_case_2',
    'mixed_case_3',
  ]);
});

test('choosing more tables leaves what was decided before', () => {
  const [orders] = withTables(EMPTY_DRAFT, [table('orders')]).tables;
  if (!orders) throw new TypeError('nothing was chosen');
  const decided = withTable({ ...EMPTY_DRAFT, tables: [orders] }, { ...withMode(orders, 'both'), lakeName: 'sales' });
  const draft = withTables(decided, [table('orders'), table('items')]);
  expect(draft.tables.map(lakeTables)).toEqual([['sales', 'sales_changelog'], ['items']]);
  expect(withoutTables(draft, [table('orders')]).tables).toHaveLength(1);
});

test('a draft survives being stored, and one of another shape is nothing', () => {
  const draft = withTables({ ...EMPTY_DRAFT, name: 'shop' }, [table('orders')]);
  expect(readDraft(JSON.parse(JSON.stringify(draft)))).toEqual(draft);
  expect(readDraft({ tables: 'all' })).toBeNull();
});

test('names are proposed that the server takes', () => {
  expect(usualNamespace('My-Shop 1')).toBe('my_shop_1');
  expect(usualNamespace('2024')).toBe('_2024');
  expect(usualName('shop', ['shop', 'shop 2'])).toBe('shop 3');
});

test('a wide table is estimated by its bytes, a narrow one by its rows', () => {
  expect(copyEstimate([table('wide', { rowEstimate: 10, bytes: 6_000_000_000 })]).fastS).toBeCloseTo(105);
  expect(copyEstimate([table('narrow', { rowEstimate: 2_000_000, bytes: 0 })]).fastS).toBeCloseTo(15);
});
