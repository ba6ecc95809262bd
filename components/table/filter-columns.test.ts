import { expect, test } from 'vitest';
import type { SourceTable } from '@/components/sources/source-types.ts';
import { filterColumns } from './filter-columns.ts';

const table = (more: Partial<SourceTable>): SourceTable => ({
  schema: 'public',
  table: 'item',
  kind: 'table',
  rowEstimate: null,
  bytes: 0,
  columns: ['id', 'status'].map((name) => ({ name, type: 'text', notNull: false })),
  key: ['id'],
  keyDeferrable: false,
  isPartition: false,
  generatedColumns: [],
  selectable: true,
  canReplicate: true,
  canMirror: true,
  reason: null,
  replicaIdentity: 'default',
  recommended: { mode: 'mirror', reason: '' },
  pipelines: [],
  ...more,
});

test('only columns that the server sends of old rows are offered', () => {
  expect(filterColumns(table({}))).toEqual(['id']);
  expect(filterColumns(table({ replicaIdentity: 'full' }))).toEqual(['id', 'status']);
  expect(filterColumns(table({ replicaIdentity: 'full', kind: 'partitioned' }))).toEqual(['id']);
  expect(filterColumns(table({ replicaIdentity: 'nothing' }))).toEqual([]);
  expect(filterColumns(table({ keyDeferrable: true }))).toEqual([]);
});
