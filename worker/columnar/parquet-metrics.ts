import { lowerBound, upperBound } from '@/server/domain/iceberg/bounds.ts';
import type { FileMetrics } from '@/server/domain/iceberg/data-file.ts';
import type { PrimitiveType } from '@/server/domain/iceberg/schema.ts';
import { encodeSingleValue } from '@/server/domain/iceberg/single-value.ts';
import type { ParquetColumn } from './parquet-column.ts';
import { parseStatistic } from './parse-statistic.ts';
import { identifier } from './sql-text.ts';

/** DuckDB's RETURN_STATS for one file: column path -> statistic -> text. */
export type ColumnStatistics = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Columns with counts and bounds in the manifest: Iceberg's `write.metadata.metrics.max-inferred-column-defaults`. */
export const METRIC_COLUMNS_MAX = 100;

/**
 * A file's metrics as a manifest carries them (spec: Manifests, `data_file`). Lists have a size but no counts or bounds,
 * as in the Java writer. `nanCounts` holds what RETURN_STATS cannot say: NaNs by field id, for columns that have some.
 */
export function fileMetrics(options: {
  columns: readonly ParquetColumn[];
  names: readonly string[];
  statistics: ColumnStatistics;
  nans: ReadonlyMap<number, bigint>;
  splitOffsets: readonly bigint[];
  /** Whole bounds, as position deletes need them, instead of 16 characters. */
  wholeBounds: boolean;
}): FileMetrics {
  const { columns, names, statistics, nans, splitOffsets, wholeBounds } = options;
  const columnSizes = new Map<number, bigint>();
  const valueCounts = new Map<number, bigint>();
  const nullCounts = new Map<number, bigint>();
  const nanCounts = new Map<number, bigint>();
  const lowerBounds = new Map<number, Buffer>();
  const upperBounds = new Map<number, Buffer>();
  for (const [index, column] of columns.slice(0, METRIC_COLUMNS_MAX).entries()) {
    const { type, fieldId } = column;
    const stats = statistics.get(statisticsPath(column, names[index] ?? ''));
    const size = stats?.get('column_size_bytes');
    if (!stats || size === undefined) continue;
    if (typeof type !== 'string') {
      const elementId = column.elementFieldId ?? (type.type === 'list' ? type['element-id'] : undefined);
      if (elementId !== undefined) columnSizes.set(elementId, BigInt(size));
      continue;
    }
    columnSizes.set(fieldId, BigInt(size));
    setCount(valueCounts, fieldId, stats.get('num_values'));
    setCount(nullCounts, fieldId, stats.get('null_count'));
    if (type === 'float' || type === 'double') nanCounts.set(fieldId, nans.get(fieldId) ?? 0n);
    const min = bound(type, stats.get('min'), wholeBounds ? encodeSingleValue : lowerBound);
    const max = bound(type, stats.get('max'), wholeBounds ? encodeSingleValue : upperBound);
    if (min) lowerBounds.set(fieldId, min);
    if (max) upperBounds.set(fieldId, max);
  }
  return { columnSizes, valueCounts, nullCounts, nanCounts, lowerBounds, upperBounds, splitOffsets };
}

/** How RETURN_STATS names a leaf. */
export const statisticsPath = ({ type }: Pick<ParquetColumn, 'type'>, name: string): string =>
  typeof type === 'string' ? identifier(name) : `${identifier(name)}."element"`;

function setCount(counts: Map<number, bigint>, fieldId: number, text: string | undefined): void {
  if (text !== undefined) counts.set(fieldId, BigInt(text));
}

type Encode = (type: PrimitiveType, value: ReturnType<typeof parseStatistic>) => Buffer | null;

const bound = (type: PrimitiveType, text: string | undefined, encode: Encode): Buffer | null =>
  text === undefined ? null : encode(type, parseStatistic(type, text));
