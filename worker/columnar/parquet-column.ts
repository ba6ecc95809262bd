import type { Type } from '@/server/domain/iceberg/schema.ts';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import { lakeSqlType } from './lake-sql-type.ts';
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

/**
 * A lake table's columns with `c0`, `c1` ... of a loaded table as values. `target` is another lake table of the same
 * source table (the changelog beside a mirror): its columns take the values of the loaded ones with their attnum.
 */
export const lakeParquetColumns = (loaded: LakeTable, target: LakeTable = loaded): ParquetColumn[] =>
  target.columns.map(({ name, type, fieldId, elementFieldId, attnum }, at) => {
    const index = target === loaded ? at : loaded.columns.findIndex((c) => attnum !== null && c.attnum === attnum);
    const sqlType = lakeSqlType(type);
    const value = index < 0 ? 'NULL' : `c${index}`;
    const same = index >= 0 && lakeSqlType(loaded.columns[index]?.type ?? type) === sqlType;
    return {
      name,
      type,
      fieldId,
      ...(elementFieldId === undefined ? {} : { elementFieldId }),
      value: same ? value : `CAST(${value} AS ${sqlType})`,
    };
  });

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
