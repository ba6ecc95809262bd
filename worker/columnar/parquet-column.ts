import type { Type } from '@/server/domain/iceberg/schema.ts';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import { identifier } from './sql-text.ts';

/** One column of a Parquet file to write. */
export type ParquetColumn = {
  readonly name: string;
  readonly type: Type;
  readonly fieldId: number;
  readonly elementFieldId?: number;
  /** SQL expression of the value. */
  readonly value: string;
};

/** The lake table's own columns, with `c0`, `c1` ... of a loaded table as values. */
export const lakeParquetColumns = (lake: LakeTable): ParquetColumn[] =>
  lake.columns.map(({ name, type, fieldId, elementFieldId }, index) => ({
    name,
    type,
    fieldId,
    ...(elementFieldId === undefined ? {} : { elementFieldId }),
    value: `c${index}`,
  }));

/** DuckDB ignores case in names, readers go by field id: names that differ in case only get the id behind them. */
export function distinctNames(columns: readonly ParquetColumn[]): string[] {
  const taken = new Set<string>();
  return columns.map(({ name, fieldId }) => {
    const free = taken.has(name.toLowerCase()) ? `${name}_${fieldId}` : name;
    taken.add(free.toLowerCase());
    return free;
  });
}

/** The FIELD_IDS option of COPY. */
export function fieldIds(columns: readonly ParquetColumn[], names: readonly string[]): string {
  const entries = columns.map(({ fieldId, elementFieldId, type }, index) => {
    const name = identifier(names[index] ?? '');
    if (typeof type === 'string') return `${name}: ${fieldId}`;
    const element = elementFieldId ?? (type.type === 'list' ? type['element-id'] : undefined);
    return `${name}: {__duckdb_field_id: ${fieldId}, element: ${element}}`;
  });
  return `{${entries.join(', ')}}`;
}
