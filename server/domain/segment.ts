import type { Lsn } from './lsn.ts';
import type { RowBlock } from './row-block.ts';
import type { TableSchema } from './table-schema.ts';

/**
 * What a source hands to the buffer: consecutive changes of one or more transactions, or the head or middle of a large
 * one, or a bare advance of the position when nothing of ours changed.
 */
export type Segment = {
  /** True when the segment ends with a commit (or is a bare advance): only then may the position move to `toLsn`. */
  readonly complete: boolean;
  /** Commit LSN of the last transaction with changes in it; for a bare advance the position itself. */
  readonly toLsn: Lsn;
  /** What the slot may be confirmed to once this is durable. Meaningful when complete. */
  readonly endLsn: Lsn;
  /** Commit time of the last transaction, microseconds since 1970; for a bare advance the server's clock. */
  readonly commitTimeUs: bigint;
  readonly transactions: number;
  readonly rows: number;
  /** The schema of every block, by `schemaHash()`. */
  readonly schemas: ReadonlyMap<string, TableSchema>;
  readonly blocks: readonly RowBlock[];
};
