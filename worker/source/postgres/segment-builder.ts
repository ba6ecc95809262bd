import type { Lsn } from '@/server/domain/lsn.ts';
import type { RowBlock } from '@/server/domain/row-block.ts';
import type { Segment } from '@/server/domain/segment.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { BufferPool } from './buffer-pool.ts';
import { GrowingBlock, type StreamTable } from './growing-block.ts';

type OpenTransaction = { readonly commitLsn: Lsn; readonly commitTimeUs: bigint };
type Position = { readonly toLsn: Lsn; readonly endLsn: Lsn; readonly commitTimeUs: bigint };

const BLOCK_BYTES_MIN = 16 * 1024;
/** Room for the row that fills a segment, so that a full block is not doubled for its last line. */
const LAST_ROW_BYTES = 64 * 1024;

/** Collects the rows of consecutive transactions and cuts them into segments. Holds no more than one segment. */
export class SegmentBuilder {
  #blocks = new Map<StreamTable, GrowingBlock>();
  /** How large a table's last block was: the next one is likely to be similar. */
  readonly #lastBytes = new Map<number, number>();
  readonly #segmentBytesMax: number;
  readonly #pool: BufferPool;
  #open: OpenTransaction | null = null;
  #openNumber = 0;
  /** Whether the open transaction has rows, here or in segments cut before. */
  #openHasRows = false;
  /** Transactions that ended since the last cut. */
  #ended = 0;
  #lastEnded: Position;
  #bytes = 0;

  constructor(options: { segmentBytesMax: number; resumeFrom: Lsn; resumeEnd: Lsn }) {
    this.#segmentBytesMax = options.segmentBytesMax;
    // As many segments as may wait, be stored and be built at once.
    this.#pool = new BufferPool({ keptBytesMax: 4 * (options.segmentBytesMax + LAST_ROW_BYTES) });
    this.#lastEnded = { toLsn: options.resumeFrom, endLsn: options.resumeEnd, commitTimeUs: 0n };
  }

  get isFull(): boolean {
    return this.#bytes >= this.#segmentBytesMax;
  }

  /** No rows and no finished transactions wait to be cut. */
  get isEmpty(): boolean {
    return this.#ended === 0 && this.#bytes === 0;
  }

  get isInTransaction(): boolean {
    return this.#open !== null;
  }

  begin(transaction: OpenTransaction): void {
    this.#open = transaction;
    this.#openNumber += 1;
    this.#openHasRows = false;
  }

  /** The block that the open transaction's next row of this table goes to; `grew` must follow. */
  block(table: StreamTable): GrowingBlock {
    let block = this.#blocks.get(table);
    if (!block) {
      const likely = Math.ceil((this.#lastBytes.get(table.schema.oid) ?? 0) * 1.25);
      const bytes = Math.max(BLOCK_BYTES_MIN, Math.min(likely, this.#segmentBytesMax + LAST_ROW_BYTES));
      block = new GrowingBlock(table, { bytesExpected: bytes, pool: this.#pool });
      this.#blocks.set(table, block);
    }
    block.markTransaction(this.#openNumber);
    return block;
  }

  grew(bytes: number): void {
    this.#bytes += bytes;
    this.#openHasRows = true;
  }

  /** Returns whether the transaction had rows; one without leaves no trace. */
  end(endLsn: Lsn): boolean {
    const open = this.#open;
    this.#open = null;
    if (!open || !this.#openHasRows) return false;
    this.#ended += 1;
    this.#lastEnded = { toLsn: open.commitLsn, endLsn, commitTimeUs: open.commitTimeUs };
    return true;
  }

  /**
   * Everything collected so far, oldest first: the finished transactions as one complete segment, then what there is of
   * the open one as an incomplete segment. Their bytes lie in `buffers`, to be given back when nobody needs them any more.
   */
  cut(): { segments: Segment[]; buffers: readonly Buffer[] } {
    const blocks = [...this.#blocks.values()];
    const segments: Segment[] = [];
    if (this.#ended > 0) {
      const finished = blocks.map((block) => (this.#open ? block.before(this.#openNumber) : block.whole()));
      segments.push(this.#segment(finished, { ...this.#lastEnded, complete: true, transactions: this.#ended }));
    }
    if (this.#open) {
      const head = blocks.map((block) => block.since(this.#openNumber));
      const { commitLsn: toLsn, commitTimeUs } = this.#open;
      const segment = this.#segment(head, {
        toLsn,
        endLsn: this.#lastEnded.endLsn,
        commitTimeUs,
        complete: false,
        transactions: 0,
      });
      if (segment.rows > 0) segments.push(segment);
    }
    for (const block of blocks) this.#lastBytes.set(block.table.schema.oid, block.length);
    this.#blocks = new Map();
    this.#ended = 0;
    this.#bytes = 0;
    return { segments, buffers: blocks.map((block) => block.buffer) };
  }

  /** Takes back the buffers of a cut. */
  giveBack(buffers: readonly Buffer[]): void {
    for (const buffer of buffers) this.#pool.give(buffer);
  }

  /** A segment without rows that only moves the position. Call it only when the builder is empty. */
  advance(position: Position): Segment {
    this.#lastEnded = position;
    return this.#segment([], { ...position, complete: true, transactions: 0 });
  }

  #segment(
    blocks: readonly (RowBlock | null)[],
    about: Position & { complete: boolean; transactions: number },
  ): Segment {
    const filled = blocks.filter((block) => block !== null);
    const schemas = new Map<string, TableSchema>();
    for (const { table } of this.#blocks.values())
      if (filled.some((block) => block.schemaHash === table.hash)) schemas.set(table.hash, table.schema);
    return { ...about, rows: filled.reduce((sum, block) => sum + block.rows, 0), schemas, blocks: filled };
  }
}
