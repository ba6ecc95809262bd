import { expect, test } from 'vitest';
import type { RowCondition } from '@/server/domain/copy-scope.ts';
import type { SourceColumn, TableSchema } from '@/server/domain/table-schema.ts';
import { filterMisfit, serverMisfit } from './fit-row-filter.ts';

const column = (name: string, more: Partial<SourceColumn> = {}): SourceColumn => ({
  attnum: 1,
  name,
  typeName: 'text',
  typeOid: 25,
  typmod: -1,
  type: { kind: 'text' },
  notNull: false,
  keyOrdinal: null,
  ...more,
});

const ID = column('id', { keyOrdinal: 0, typeName: 'integer', typeOid: 23 });
const STATUS = column('status', { attnum: 2 });

const table = (more: Partial<TableSchema> = {}, other: { kind?: 'partitioned'; keyDeferrable?: boolean } = {}) => ({
  schema: { oid: 1, schema: 'public', table: 'order', replicaIdentity: 'd' as const, columns: [ID, STATUS], ...more },
  kind: other.kind ?? ('table' as const),
  keyDeferrable: other.keyDeferrable ?? false,
  generatedColumns: ['total'],
});

const where = (name: string, value: string | null = 'x', operator: RowCondition['operator'] = '='): RowCondition[] => [
  { column: name, operator, value },
];

test('publications filter rows from 15 on, and follow changes from the releases of May 2025 on', () => {
  for (const version of [140_020, 150_012, 160_008, 170_004]) expect(serverMisfit(version)).not.toBeNull();
  for (const version of [150_013, 160_009, 170_005, 180_000, 190_001]) expect(serverMisfit(version)).toBeNull();
  expect(serverMisfit(140_020)?.reason).toContain('PostgreSQL 14');
  expect(serverMisfit(160_003)?.remedy).toContain('16.9');
});

test('only columns of the replica identity can be filtered by', () => {
  expect(filterMisfit(table(), where('id', '1'))).toBeNull();
  expect(filterMisfit(table(), where('status'))).toMatchObject({
    reason: expect.stringMatching(/^"status = x": status is not part of the replica identity/),
    remedy: expect.stringContaining('REPLICA IDENTITY FULL'),
  });
  expect(filterMisfit(table({ replicaIdentity: 'f' }), where('status'))).toBeNull();
  expect(filterMisfit(table({ replicaIdentity: 'n' }), where('id', '1'))).not.toBeNull();
  expect(filterMisfit(table({}, { keyDeferrable: true }), where('id', '1'))).not.toBeNull();
});

test('a partitioned table is filtered by its primary key alone: new partitions have no other identity', () => {
  const kind = 'partitioned' as const;
  expect(filterMisfit(table({}, { kind }), where('id', '1'))).toBeNull();
  expect(filterMisfit(table({ replicaIdentity: 'f' }, { kind }), where('id', '1'))).toBeNull();
  expect(filterMisfit(table({ replicaIdentity: 'f' }, { kind }), where('status'))).not.toBeNull();
  expect(filterMisfit(table({ replicaIdentity: 'i' }, { kind }), where('id', '1'))).not.toBeNull();
});

test('columns that there are not, generated ones and types that users made are refused with the reason', () => {
  const full = (columns: SourceColumn[]) => table({ replicaIdentity: 'f', columns });
  expect(filterMisfit(full([ID]), where('Status'))?.reason).toContain('no column Status');
  expect(filterMisfit(full([ID]), where('total', '5'))?.reason).toContain('generated');
  const mood = column('mood', { typeOid: 20_000, typeName: 'mood' });
  expect(filterMisfit(full([mood]), where('mood'))?.reason).toContain('cannot compare values of type mood');
  expect(filterMisfit(full([mood]), where('mood', null, 'is null'))?.reason).toContain('cannot test');
  const json = column('doc', { typeOid: 114, typeName: 'json' });
  expect(filterMisfit(full([json]), where('doc', '{}'))).not.toBeNull();
  expect(filterMisfit(full([json]), where('doc', null, 'is null'))).toBeNull();
});

test('a value that is another tomorrow is refused', () => {
  const moment = column('at', { typeOid: 1184, typeName: 'timestamp with time zone' });
  const dated = table({ replicaIdentity: 'f', columns: [moment, STATUS] });
  for (const value of ['now', 'TODAY', 'yesterday 04:05']) {
    expect(filterMisfit(dated, where('at', value, '<'))?.reason).toContain('change with time');
  }
  expect(filterMisfit(dated, where('at', 'infinity', '<'))).toBeNull();
  expect(filterMisfit(dated, where('status', 'now'))).toBeNull();
});
