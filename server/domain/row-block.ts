/**
 * A row block: the changes of one table under one schema version, in stream order, as CSV bytes. Rows stay bytes from
 * the source's socket to the columnar engine.
 *
 * Line: `op,lsn,ordinal,time,xid,unchanged,"v1","v2",...\n`, then one value per column of the schema, in its order.
 *
 * - Meta fields are bare (never quoted): see META_COLUMNS.
 * - Values: every non-null value in double quotes with `"` doubled; NULL is nothing between the commas; LF ends a line.
 *   Text is PostgreSQL's output under the pinned session settings (ISO dates, UTC, hex bytea).
 */
export const META_COLUMNS = [
  /**
   * `i`nsert, `u`pdate, `d`elete, `t`runcate. A key change is two rows with consecutive ordinals: `D` (old key), then `U`
   * (the new row); outside the block both are shown as `d` and `u`. Delete rows carry the key, or the whole old row under
   * REPLICA IDENTITY FULL; truncate rows carry nothing.
   */
  'op',
  /** Commit LSN of the transaction's BEGIN, unsigned decimal. */
  'lsn',
  /** 0-based place of this change in its transaction, over all tables; decimal. */
  'ordinal',
  /** Commit time, microseconds since 1970 UTC; decimal. */
  'time',
  /** Transaction id widened to 64 bits; decimal. */
  'xid',
  /**
   * Indexes (0-based, into the schema's columns) of the values that are not in the line, joined by `;`: `5` was not sent
   * by the source because it did not change (TOAST), `5!` was left out because the row is too large.
   */
  'unchanged',
] as const;

/** Adds values that were left out to a line's `unchanged` field. */
export const markOmitted = (unchanged: string, omitted: readonly number[]): string =>
  [...(unchanged === '' ? [] : unchanged.split(';')), ...omitted.map((at) => `${at}!`)].join(';');

/** Whether a line's `unchanged` field says that the value was left out. */
export const isOmitted = (unchanged: string, at: number): boolean => unchanged.split(';').includes(`${at}!`);

/** A block in hand: uncompressed bytes and what they hold. */
export type RowBlock = {
  /** pg_class oid of the table that pgoutput names (the root of a partitioned table). */
  readonly tableOid: number;
  /** `schemaHash()` of the TableSchema that the columns follow. */
  readonly schemaHash: string;
  readonly rows: number;
  readonly bytes: Buffer;
  /** True when any row has a non-empty `unchanged` field: such blocks need TOAST completion. */
  readonly hasUnchanged: boolean;
  /** True when any row is `t`. */
  readonly hasTruncate: boolean;
  /** True when any row lacks a value because it is too large: such rows are parked. */
  readonly hasOmitted?: boolean;
};
