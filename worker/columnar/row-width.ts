/** Bytes of text, on average, from which on rows are wide. The engine holds 2048 rows of a column at once, whatever their size. */
export const WIDE_ROW_BYTES = 8 * 1024;
/** Wide rows are loaded and written in parts of this size, so that a few copies of a part fit into the engine's memory. */
export const PART_BYTES = 24 * 1024 * 1024;
/** Rows whose values are written or read at once. */
const VECTOR_ROWS = 2048;
const ROW_GROUP_VALUES = 2_000_000;
const ROW_GROUP_VECTORS_MAX = 60;

export const isWide = ({ rows, bytes }: { rows: number; bytes: number }): boolean => bytes > rows * WIDE_ROW_BYTES;

/**
 * Rows of a Parquet row group, which is in memory as a whole: about two million values and PART_BYTES of text. A multiple
 * of what the engine writes at once.
 */
export function rowGroupRows({ columns, rowBytes }: { columns: number; rowBytes: number }): number {
  const rows = Math.min(ROW_GROUP_VALUES / Math.max(1, columns), PART_BYTES / Math.max(1, rowBytes));
  return VECTOR_ROWS * Math.max(1, Math.min(ROW_GROUP_VECTORS_MAX, Math.floor(rows / VECTOR_ROWS)));
}
