import type { Lsn } from '@/server/domain/lsn.ts';
import { OMITTED } from './condense-message.ts';
import type { ColumnPlan, GrowingBlock } from './growing-block.ts';
import { type Message, unreadable } from './pgoutput.ts';
import { LEFT_OUT, NOT_SENT, NULL, TupleColumns, UNCHANGED, VALUE } from './tuple-columns.ts';
import { writeDecimal, writeQuoted } from './write-bytes.ts';

/**
 * Turns pgoutput tuples into lines of a row block (see server/domain/row-block.ts), bytes to bytes. The parts of a line
 * that stay the same within a transaction are built once.
 */
export class RowEncoder {
  /** `,lsn,` */
  #beforeOrdinal: Uint8Array = EMPTY;
  /** `,time,xid,` */
  #afterOrdinal: Uint8Array = EMPTY;
  #ordinal = 0;
  readonly #oldColumns = new TupleColumns();
  readonly #newColumns = new TupleColumns();

  beginTransaction(transaction: { commitLsn: Lsn; commitTimeUs: bigint; xid: number }): void {
    this.#beforeOrdinal = Buffer.from(`,${transaction.commitLsn},`, 'latin1');
    this.#afterOrdinal = Buffer.from(`,${transaction.commitTimeUs},${transaction.xid},`, 'latin1');
    this.#ordinal = 0;
  }

  /** Counts changes of tables that are not ours, so that ordinals do not depend on the selection of tables. */
  skip(): void {
    this.#ordinal += 1;
  }

  insert(block: GrowingBlock, message: Message, newAt: number): void {
    this.#expectEnd(message, this.#line(block, OP_INSERT, message, newAt, null));
  }

  /** One line, or two when the key changed: the old key goes, the new row comes. */
  update(block: GrowingBlock, message: Message, newAt: number): void {
    if (message.old === null) {
      this.#expectEnd(message, this.#line(block, OP_UPDATE, message, newAt, null));
      return;
    }
    this.#oldColumns.read(message, message.oldAt);
    const isKeyChange = this.#isKeyChange(block, message, newAt);
    if (isKeyChange) this.#line(block, OP_KEY_DELETE, message, message.oldAt, null);
    const end = this.#line(block, isKeyChange ? OP_KEY_UPSERT : OP_UPDATE, message, newAt, this.#oldColumns);
    this.#expectEnd(message, end);
  }

  delete(block: GrowingBlock, message: Message): void {
    this.#expectEnd(message, this.#line(block, OP_DELETE, message, message.oldAt, null));
  }

  truncate(block: GrowingBlock): void {
    block.reserve(PREFIX_BYTES_MAX + block.columnCount);
    const out = block.buffer;
    let to = this.#prefix(out, block.length, OP_TRUNCATE);
    out[to++] = COMMA;
    for (let i = 1; i < block.columnCount; i++) out[to++] = COMMA;
    out[to++] = LF;
    block.hasTruncate = true;
    this.#ordinal += 1;
    block.added(to);
  }

  /**
   * Writes one line and returns where the tuple ended. `old` lends values that the new tuple leaves out because they
   * are stored out of line and did not change.
   */
  #line(block: GrowingBlock, op: number, message: Message, at: number, old: TupleColumns | null): number {
    const { bytes } = message;
    const { plan } = block.table;
    if (plan) return this.#ruledLine(block, { plan, op, message, at, old });
    const count = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    if (count !== block.columnCount) throw unreadable(bytes, at, message.end);
    const missing = old === null ? NOTHING_MISSING : this.#prepareMissing(message, at, old);
    block.reserve(PREFIX_BYTES_MAX + 2 * (message.end - at) + missing.bytesMax + 3 * count);
    const lineStart = block.length;
    const end = this.#writeLine(block, op, message, at, missing);
    if (end >= 0) return end;
    // Rare: an unchanged value that no old tuple lends. The list stands in front of the values, so start the line again.
    block.length = lineStart;
    const listed = this.#prepareMissing(message, at, old);
    block.reserve(PREFIX_BYTES_MAX + 2 * (message.end - at) + listed.bytesMax + 3 * count);
    return this.#writeLine(block, op, message, at, listed);
  }

  /** Returns the end of the tuple, or -1 when a value is missing that `missing` does not know of. */
  #writeLine(block: GrowingBlock, op: number, message: Message, start: number, missing: Missing): number {
    const { bytes, end } = message;
    const out = block.buffer;
    let to = this.#prefix(out, block.length, op);
    for (let i = 0; i < missing.list.length; i++) out[to++] = missing.list.charCodeAt(i);
    let at = start + 2;
    for (let column = 0; column < block.columnCount; column++) {
      out[to++] = COMMA;
      const kind = bytes[at++];
      if (kind === VALUE) {
        const length =
          ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
        at += 4;
        if (length < 0 || at + length > end) throw unreadable(bytes, start, end);
        to = writeQuoted(out, to, bytes, at, at + length);
        at += length;
      } else if (kind === OMITTED) {
        if (missing === NOTHING_MISSING) return -1;
      } else if (kind === UNCHANGED) {
        if (missing === NOTHING_MISSING) return -1;
        const lent = missing.lender?.lengths[column] ?? NOT_SENT;
        const from = missing.lender?.starts[column] ?? 0;
        if (lent >= 0) to = writeQuoted(out, to, bytes, from, from + lent);
      } else if (kind !== NULL) {
        throw unreadable(bytes, at - 1, end);
      }
    }
    out[to++] = LF;
    if (missing.list !== '') block.hasUnchanged = true;
    if (missing.hasOmitted) block.hasOmitted = true;
    this.#ordinal += 1;
    block.added(to);
    return at;
  }

  /** The same for a table whose rules leave columns out or mask them: nothing hidden gets into the block. */
  #ruledLine(block: GrowingBlock, { plan, op, message, at, old }: RuledLine): number {
    const { bytes, end } = message;
    const columns = this.#newColumns;
    const after = columns.read(message, at);
    if (columns.count !== plan.length) throw unreadable(bytes, at, end);
    const values: (Buffer | null)[] = [];
    const unchanged: string[] = [];
    let valueBytes = 0;
    for (const [column, rule] of plan.entries()) {
      if (rule === 'exclude') continue;
      const isSent = columns.lengths[column] !== NOT_SENT;
      const from = isSent ? columns : old;
      const length = from?.lengths[column] ?? NOT_SENT;
      if (isSent && length === LEFT_OUT) {
        unchanged.push(`${values.length}!`);
        block.hasOmitted = true;
      } else if (length === NOT_SENT || (!isSent && length < 0)) unchanged.push(String(values.length));
      const start = from?.starts[column] ?? 0;
      const value = length < 0 ? null : bytes.subarray(start, start + length);
      const shown = value === null || rule === 'carry' ? value : rule(value);
      valueBytes += shown?.length ?? 0;
      values.push(shown);
    }
    const list = unchanged.join(';');
    block.reserve(PREFIX_BYTES_MAX + list.length + 2 * valueBytes + 3 * values.length);
    const out = block.buffer;
    let to = this.#prefix(out, block.length, op);
    to += out.write(list, to, 'latin1');
    for (const value of values) {
      out[to++] = COMMA;
      if (value !== null) to = writeQuoted(out, to, value, 0, value.length);
    }
    out[to++] = LF;
    if (list !== '') block.hasUnchanged = true;
    this.#ordinal += 1;
    block.added(to);
    return after;
  }

  /** `op,lsn,ordinal,time,xid,` */
  #prefix(out: Buffer, start: number, op: number): number {
    let to = start;
    out[to++] = op;
    const before = this.#beforeOrdinal;
    for (let i = 0; i < before.length; i++) out[to++] = before[i] as number;
    to = writeDecimal(out, to, this.#ordinal);
    const after = this.#afterOrdinal;
    for (let i = 0; i < after.length; i++) out[to++] = after[i] as number;
    return to;
  }

  #prepareMissing(message: Message, newAt: number, old: TupleColumns | null): Missing {
    this.#newColumns.read(message, newAt);
    const list: string[] = [];
    let hasOmitted = false;
    let lentBytes = 0;
    for (let column = 0; column < this.#newColumns.count; column++) {
      if (this.#newColumns.lengths[column] === LEFT_OUT) {
        list.push(`${column}!`);
        hasOmitted = true;
      }
      if (this.#newColumns.lengths[column] !== NOT_SENT) continue;
      const lent = old === null ? NOT_SENT : (old.lengths[column] as number);
      if (lent >= 0) lentBytes += lent;
      else list.push(String(column));
    }
    const text = list.join(';');
    return { list: text, hasOmitted, lender: old, bytesMax: text.length + 2 * lentBytes };
  }

  #isKeyChange(block: GrowingBlock, message: Message, newAt: number): boolean {
    const { bytes } = message;
    const before = this.#oldColumns;
    const after = this.#newColumns;
    after.read(message, newAt);
    return block.keyColumns.some((column) => {
      const length = after.lengths[column] as number;
      if (length === NOT_SENT) return false;
      if (length !== before.lengths[column]) return true;
      if (length <= 0) return false;
      const a = before.starts[column] as number;
      const b = after.starts[column] as number;
      return bytes.compare(bytes, a, a + length, b, b + length) !== 0;
    });
  }

  #expectEnd(message: Message, at: number): void {
    if (at !== message.end) throw unreadable(message.bytes, at, message.end);
  }
}

type RuledLine = {
  readonly plan: ColumnPlan;
  readonly op: number;
  readonly message: Message;
  readonly at: number;
  readonly old: TupleColumns | null;
};
type Missing = {
  readonly list: string;
  readonly hasOmitted: boolean;
  readonly lender: TupleColumns | null;
  readonly bytesMax: number;
};

const NOTHING_MISSING: Missing = { list: '', hasOmitted: false, lender: null, bytesMax: 0 };
const EMPTY = new Uint8Array(0);
/** Operation, four numbers of at most 20 digits, commas, with room to spare. */
const PREFIX_BYTES_MAX = 128;

const COMMA = 0x2c;
const LF = 0x0a;
const OP_INSERT = 0x69;
const OP_UPDATE = 0x75;
const OP_DELETE = 0x64;
const OP_TRUNCATE = 0x74;
const OP_KEY_DELETE = 0x44;
const OP_KEY_UPSERT = 0x55;
