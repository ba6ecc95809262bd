import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Type } from '@/server/domain/iceberg/schema.ts';
import type { LakeColumn, LakeTable } from '@/server/domain/lake-table.ts';
import { markOmitted } from '@/server/domain/row-block.ts';
import type { SourceColumn, TableSchema } from '@/server/domain/table-schema.ts';
import type { ValuePolicy, ValueType } from '@/server/domain/value-type.ts';
import { silentLog } from '@/server/platform/logger.ts';
import { type Columnar, openColumnar } from '../open-columnar.ts';

export type TestColumn = { name: string; source: ValueType; lake: Type; key?: boolean; policy?: ValuePolicy };

/** A source schema and the lake table it fills: field ids 1, 2 ..., list elements from 1001. */
export function testTable(columns: readonly TestColumn[]): { schema: TableSchema; lake: LakeTable } {
  const sources: SourceColumn[] = columns.map(({ name, source, key = false }, at) => ({
    attnum: at + 1,
    name,
    typeName: source.kind,
    typeOid: 0,
    typmod: -1,
    type: source,
    notNull: key,
    keyOrdinal: key ? columns.slice(0, at).filter((column) => column.key).length : null,
  }));
  const lakeColumns: LakeColumn[] = columns.map(({ name, lake, key = false, policy = 'dead-letter' }, at) => ({
    fieldId: at + 1,
    ...(typeof lake === 'string' ? {} : { elementFieldId: 1001 + at }),
    name,
    type: lake,
    required: key,
    attnum: at + 1,
    policy,
  }));
  return {
    schema: { oid: 1, schema: 'public', table: 't', replicaIdentity: 'd', columns: sources },
    lake: {
      columns: lakeColumns,
      keyFieldIds: lakeColumns.filter((_, at) => columns[at]?.key).map(({ fieldId }) => fieldId),
    },
  };
}

export const testList = (element: Type, elementId = 1001): Type => ({
  type: 'list',
  'element-id': elementId,
  element,
  'element-required': false,
});

export type TestChange = {
  op: string;
  lsn?: number;
  ordinal: number;
  xid?: number;
  unchanged?: readonly number[];
  /** Values that were left out because they are too large. */
  omitted?: readonly number[];
  values: readonly (string | null)[];
};

/** One block's bytes, as a source writes them. */
export const testBlock = (changes: readonly TestChange[]): Buffer =>
  Buffer.from(
    changes
      .map(({ op, lsn = 100, ordinal, xid = 7, unchanged = [], omitted = [], values }) => {
        const left = markOmitted(unchanged.join(';'), omitted);
        return [op, lsn, ordinal, 1_600_000_000_123_456, xid, left, ...values.map(csvField)].join(',');
      })
      .map((line) => `${line}\n`)
      .join(''),
  );

const csvField = (value: string | null): string => (value === null ? '' : `"${value.replaceAll('"', '""')}"`);

export async function* testBlocks(schema: TableSchema, changes: readonly TestChange[]) {
  yield { schema, bytes: testBlock(changes), rows: changes.length };
}

export const openTestColumnar = async (): Promise<Columnar> =>
  openColumnar({ workDir: await mkdtemp(path.join(tmpdir(), 'philotes-columnar-')), log: silentLog });
