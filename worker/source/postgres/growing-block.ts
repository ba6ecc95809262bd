import type { RowBlock } from '@/server/domain/row-block.ts';
import { keyColumns, schemaHash, type TableSchema } from '@/server/domain/table-schema.ts';
import type { BufferPool } from './buffer-pool.ts';
import { maskersOf } from './mask-copy-text.ts';
import type { Masker } from './mask-value.ts';

/** One schema version of a table, as the stream sends its rows. */
export type StreamTable = {
  /** As it is stored with its rows: without what rules hide. */
  readonly schema: TableSchema;
  readonly hash: string;
  /** Positions of the key columns in the columns that are sent. */
  readonly keyColumns: readonly number[];
  /** What becomes of each column that is sent; null when all of them go on as they are. */
  readonly plan: ColumnPlan | null;
  /** The columns that are sent. */
  readonly sent: TableSchema;
};

/** By place in the sent tuple: left out, carried as it is, or masked. */
export type ColumnPlan = readonly ('exclude' | 'carry' | Masker)[];

export function streamTable(
  sent: TableSchema,
  { schema = sent, salt = null }: { schema?: TableSchema; salt?: Buffer | null } = {},
): StreamTable {
  const maskers = maskersOf(schema.columns, salt);
  const places = new Map(schema.columns.map(({ attnum }, place) => [attnum, place]));
  const hides = maskers !== null || schema.columns.length < sent.columns.length;
  const plan = sent.columns.map(({ attnum }) => {
    const place = places.get(attnum);
    return place === undefined ? 'exclude' : (maskers?.[place] ?? 'carry');
  });
  return {
    schema,
    hash: schemaHash(schema),
    keyColumns: keyColumns(sent).map((column) => sent.columns.indexOf(column)),
    plan: hides ? plan : null,
    sent,
  };
}

type Held = { readonly hasUnchanged: boolean; readonly hasTruncate: boolean; readonly hasOmitted: boolean };

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
  hasOmitted = false;
  readonly #pool: BufferPool;
  #mark = { transaction: -1, length: 0, rows: 0, hasUnchanged: false, hasTruncate: false, hasOmitted: false };

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
    const { length, rows, hasUnchanged, hasTruncate, hasOmitted } = this;
    this.#mark = { transaction, length, rows, hasUnchanged, hasTruncate, hasOmitted };
  }

  /** The rows of the transactions before this one; null when there are none. */
  before(transaction: number): RowBlock | null {
    if (this.#mark.transaction !== transaction) return this.whole();
    const { length, ...held } = this.#mark;
    return held.rows === 0 ? null : this.#block({ ...held, from: 0, to: length });
  }

  /** The rows of this transaction; null when there are none. */
  since(transaction: number): RowBlock | null {
    if (this.#mark.transaction !== transaction) return null;
    const rows = this.rows - this.#mark.rows;
    return this.#block({ ...this.#held(), from: this.#mark.length, to: this.length, rows });
  }

  whole(): RowBlock {
    return this.#block({ ...this.#held(), from: 0, to: this.length, rows: this.rows });
  }

  #held(): Held {
    const { hasUnchanged, hasTruncate, hasOmitted } = this;
    return { hasUnchanged, hasTruncate, hasOmitted };
  }

  #block(part: Held & { from: number; to: number; rows: number }): RowBlock {
    const { rows, hasUnchanged, hasTruncate, hasOmitted } = part;
    const bytes = this.buffer.subarray(part.from, part.to);
    const { schema, hash } = this.table;
    return { tableOid: schema.oid, schemaHash: hash, rows, bytes, hasUnchanged, hasTruncate, hasOmitted };
  }
}
