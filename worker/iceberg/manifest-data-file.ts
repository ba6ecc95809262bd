import type { DataFile, FileMetrics } from '@/server/domain/iceberg/data-file.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { AvroRecord } from './avro/container.ts';
import type { StoredFile } from './manifest.ts';

/** The `data_file` record of a manifest entry (spec: Manifests). */
export function dataFileToAvro(file: StoredFile): AvroRecord {
  const { metrics } = file;
  return {
    content: CONTENTS.indexOf(file.content),
    file_path: file.path,
    file_format: 'PARQUET',
    partition: {},
    record_count: BigInt(file.rows),
    file_size_in_bytes: BigInt(file.bytes),
    column_sizes: pairs(metrics.columnSizes),
    value_counts: pairs(metrics.valueCounts),
    null_value_counts: pairs(metrics.nullCounts),
    nan_value_counts: pairs(metrics.nanCounts),
    lower_bounds: pairs(metrics.lowerBounds),
    upper_bounds: pairs(metrics.upperBounds),
    key_metadata: file.keyMetadata ?? null,
    split_offsets: metrics.splitOffsets.length === 0 ? null : metrics.splitOffsets,
    equality_ids: file.equalityFieldIds ?? null,
    sort_order_id: file.sortOrderId ?? null,
    referenced_data_file: file.referencedDataFile ?? null,
  };
}

/** Reads the record; `at` gives a field's value by its id, null when absent. Throws LAKE_TABLE_UNSUPPORTED. */
export function dataFileFromAvro(at: (fieldId: number) => unknown): StoredFile {
  const path = at(100) as string;
  const format = String(at(101)).toUpperCase();
  if (format !== 'PARQUET') throw new AppError('LAKE_TABLE_UNSUPPORTED', `${format} files are not supported: ${path}`);
  const referencedDataFile = at(143) as string | null;
  const equalityFieldIds = at(135) as number[] | null;
  const sortOrderId = at(140) as number | null;
  const keyMetadata = at(131) as Buffer | null;
  return {
    content: CONTENTS[(at(134) as number | null) ?? 0] ?? 'data',
    path,
    rows: Number(at(103) as bigint),
    bytes: Number(at(104) as bigint),
    metrics: metricsFromAvro(at),
    ...(referencedDataFile === null ? {} : { referencedDataFile }),
    ...(equalityFieldIds === null ? {} : { equalityFieldIds }),
    ...(sortOrderId === null ? {} : { sortOrderId }),
    ...(keyMetadata === null ? {} : { keyMetadata }),
  };
}

/** By their number in the file. */
const CONTENTS: readonly DataFile['content'][] = ['data', 'position-deletes', 'equality-deletes'];

type Pair<T> = { readonly key: number; readonly value: T };

function metricsFromAvro(at: (fieldId: number) => unknown): FileMetrics {
  const map = <T>(fieldId: number) =>
    new Map(((at(fieldId) as readonly Pair<T>[] | null) ?? []).map(({ key, value }) => [key, value]));
  return {
    columnSizes: map<bigint>(108),
    valueCounts: map<bigint>(109),
    nullCounts: map<bigint>(110),
    nanCounts: map<bigint>(137),
    lowerBounds: map<Buffer>(125),
    upperBounds: map<Buffer>(128),
    splitOffsets: (at(132) as bigint[] | null) ?? [],
  };
}

/** Sorted, so that equal files give equal bytes; null instead of an empty map. */
function pairs<T>(map: ReadonlyMap<number, T>): Pair<T>[] | null {
  if (map.size === 0) return null;
  return [...map].sort(([a], [b]) => a - b).map(([key, value]) => ({ key, value }));
}
