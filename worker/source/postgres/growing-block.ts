import type { RowBlock } from '@/server/domain/row-block.ts';
import { keyColumns, schemaHash, type TableSchema } from '@/server/domain/table-schema.ts';
import type { BufferPool } from './buffer-pool.ts';

/** One schema version of a table, as the stream sends its rows. */
export type StreamTable = {
  readonly schema: TableSchema;
  readonly hash: string;
  /** Positions of the key columns in the schema's columns. */
  readonly keyColumns: readonly number[];
};

export const streamTable = (schema: TableSchema): StreamTable => ({
  schema,
  hash: schemaHash(schema),
  keyColumns: keyColumns(schema).map((column) => schema.columns.indexOf(column)),
});

/** A row block under construction. The encoder writes into `buffer` from `length` on, after reserving room. */
export class GrowingBlock {
  readonly table: StreamTable;
  readonly columnCount: number;
  readonly keyColumns: readonly number[];
  buffer: Buffer;
  length = 0;
  rows = 0;
  hasUnchanged = false;
  hasTruncate = false;
  readonly #pool: BufferPool;
  #mark = { transaction: -1, length: 0, rows: 0, hasUnchanged: false, hasTruncate: false };

  constructor(table: StreamTable, { bytesExpected, pool }: { bytesExpected: number; pool: BufferPool }) {
    this.table = table;
    this.#pool = pool;
    this.columnCount = table.schema.columns.length;
    this.keyColumns = table.keyColumns;
    this.buffer = pool.take(bytesExpected);
  }

  reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.buffer.length) return;
    const larger = this.#pool.take(Math.max(needed, 2 * this.buffer.length));
    this.buffer.copy(larger, 0, 0, this.length);
    this.#pool.give(this.buffer);
    this.buffer = larger;
  }

  /** A line has been written up to `length`. */
  added(length: number): void {
    this.length = length;
    this.rows += 1;
  }

  /** Remembers the state before a transaction's first row here, so that the block can be split in front of it. */
  markTransaction(transaction: number): void {
    if (this.#mark.transaction === transaction) return;
    const { length, rows, hasUnchanged, hasTruncate } = this;
    this.#mark = { transaction, length, rows, hasUnchanged, hasTruncate };
  }

  /** The rows of the transactions before this one; null when there are none. */
  before(transaction: number): RowBlock | null {
    if (this.#mark.transaction !== transaction) return this.whole();
    const { length, rows, hasUnchanged, hasTruncate } = this.#mark;
    return rows === 0 ? null : this.#block({ from: 0, to: length, rows, hasUnchanged, hasTruncate });
  }

  /** The rows of this transaction; null when there are none. */
  since(transaction: number): RowBlock | null {
    if (this.#mark.transaction !== transaction) return null;
    const { hasUnchanged, hasTruncate } = this;
    return this.#block({
      from: this.#mark.length,
      to: this.length,
      rows: this.rows - this.#mark.rows,
      hasUnchanged,
      hasTruncate,
    });
  }

  whole(): RowBlock {
    const { rows, hasUnchanged, hasTruncate } = this;
    return this.#block({ from: 0, to: this.length, rows, hasUnchanged, hasTruncate });
  }

  #block(part: { from: number; to: number } & Pick<RowBlock, 'rows' | 'hasUnchanged' | 'hasTruncate'>): RowBlock {
    const { rows, hasUnchanged, hasTruncate } = part;
    const bytes = this.buffer.subarray(part.from, part.to);
    return { tableOid: this.table.schema.oid, schemaHash: this.table.hash, rows, bytes, hasUnchanged, hasTruncate };
  }
}
