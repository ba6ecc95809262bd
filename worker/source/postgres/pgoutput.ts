import { type Lsn, toLsn } from '@/server/domain/lsn.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { OMITTED } from './condense-message.ts';
import { PG_EPOCH_US } from './pg-epoch.ts';
import { STREAM_ABORT } from './streamed-messages.ts';

/** A table as the stream announces it before its first change and after each alteration. */
export type Relation = {
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  readonly replicaIdentity: 'd' | 'f' | 'i' | 'n';
  readonly columns: readonly RelationColumn[];
};
export type RelationColumn = {
  /** Part of the replica identity. Under identity FULL every column is. */
  readonly isKey: boolean;
  readonly name: string;
  readonly typeOid: number;
  readonly typmod: number;
};

/** Which old tuple an update or delete carries: the key, the whole row, or none. */
export type OldTuple = 'key' | 'row' | null;

/** Row handlers get offsets into the message: a tuple starts at its column count. */
export type PgoutputHandlers = {
  begin(transaction: { commitLsn: Lsn; commitTimeUs: bigint; xid: number }): void;
  commit(endLsn: Lsn): void;
  relation(relation: Relation): void;
  insert(message: Message, newAt: number): void;
  update(message: Message, newAt: number): void;
  delete(message: Message): void;
  truncate(oids: readonly number[]): void;
  /** A message that was emitted within a transaction. */
  message(message: LogicalMessage): void;
};

/** What `pg_logical_emit_message()` wrote. */
export type LogicalMessage = { readonly lsn: Lsn; readonly prefix: string; readonly content: Buffer };

/** The message being read; reused for the next one, so nothing may hold on to it. */
export type Message = {
  bytes: Buffer;
  end: number;
  oid: number;
  old: OldTuple;
  /** Where the old tuple starts; meaningless without one. */
  oldAt: number;
};

export const MESSAGE = 0x4d;
const TRANSACTIONAL = 1;
const KEY = 0x4b;
const NEW = 0x4e;
const OLD = 0x4f;

const EMPTY = Buffer.alloc(0);

/** Reads pgoutput messages of protocol version 1 (manual: "Logical Replication Message Formats") without copying. */
export class PgoutputReader {
  readonly #handlers: PgoutputHandlers;
  readonly #message: Message = { bytes: EMPTY, end: 0, oid: 0, old: null, oldAt: 0 };

  constructor(handlers: PgoutputHandlers) {
    this.#handlers = handlers;
  }

  /** One message in `bytes[start, end)`. Throws SOURCE_PROTOCOL for anything unknown: nothing is skipped. */
  read(bytes: Buffer, start: number, end: number): void {
    switch (bytes[start]) {
      case 0x49: // Insert
        this.#insert(bytes, start, end);
        break;
      case 0x55: // Update
        this.#update(bytes, start, end);
        break;
      case 0x44: // Delete
        this.#delete(bytes, start, end);
        break;
      case 0x42: // Begin
        this.#handlers.begin({
          commitLsn: toLsn(bytes.readBigUInt64BE(start + 1)),
          commitTimeUs: bytes.readBigInt64BE(start + 9) + PG_EPOCH_US,
          xid: bytes.readUInt32BE(start + 17),
        });
        break;
      case 0x43: // Commit: flags, LSN of the commit, LSN after it, time
        this.#handlers.commit(toLsn(bytes.readBigUInt64BE(start + 10)));
        break;
      case 0x52: // Relation
        this.#handlers.relation(readRelation(bytes, start + 1));
        break;
      case 0x54: // Truncate
        this.#handlers.truncate(readTruncate(bytes, start + 1));
        break;
      case MESSAGE:
        if (bytes[start + 1] === TRANSACTIONAL) this.#handlers.message(readLogicalMessage(bytes, start + 2));
        break;
      case 0x59: // Type: names of custom types, which are read from the catalog
      case 0x4f: // Origin: where a replicated transaction came from
        break;
      // Stream Abort: PostgreSQL 18 tells of large transactions that it skips because they were rolled back before they were
      // decoded, also to readers that asked for no streaming. Nothing of them was sent.
      case STREAM_ABORT:
        break;
      default:
        throw unreadable(bytes, start, end);
    }
  }

  #insert(bytes: Buffer, start: number, end: number): void {
    if (bytes[start + 5] !== NEW) throw unreadable(bytes, start, end);
    this.#handlers.insert(this.#row(bytes, start, end), start + 6);
  }

  #update(bytes: Buffer, start: number, end: number): void {
    const message = this.#row(bytes, start, end);
    let newAt = start + 6;
    let tag = bytes[start + 5];
    if (tag === KEY || tag === OLD) {
      message.old = tag === KEY ? 'key' : 'row';
      message.oldAt = newAt;
      const after = tupleEnd(bytes, newAt, end);
      tag = bytes[after];
      newAt = after + 1;
    }
    if (tag !== NEW) throw unreadable(bytes, start, end);
    this.#handlers.update(message, newAt);
  }

  #delete(bytes: Buffer, start: number, end: number): void {
    const tag = bytes[start + 5];
    if (tag !== KEY && tag !== OLD) throw unreadable(bytes, start, end);
    const message = this.#row(bytes, start, end);
    message.old = tag === KEY ? 'key' : 'row';
    message.oldAt = start + 6;
    this.#handlers.delete(message);
  }

  #row(bytes: Buffer, start: number, end: number): Message {
    const message = this.#message;
    message.bytes = bytes;
    message.end = end;
    message.oid = bytes.readUInt32BE(start + 1);
    message.old = null;
    return message;
  }
}

const NULL_VALUE = 0x6e;
const UNCHANGED = 0x75;
const TEXT = 0x74;

/** The offset after a tuple that starts at `at`. */
export function tupleEnd(bytes: Buffer, at: number, end: number): number {
  let next = at + 2;
  for (let left = bytes.readUInt16BE(at); left > 0; left--) {
    const kind = bytes[next];
    if (kind === TEXT) next += 5 + bytes.readUInt32BE(next + 1);
    else if (kind === NULL_VALUE || kind === UNCHANGED || kind === OMITTED) next += 1;
    else throw unreadable(bytes, next, end);
  }
  if (next > end) throw unreadable(bytes, at, end);
  return next;
}

function readRelation(bytes: Buffer, start: number): Relation {
  const oid = bytes.readUInt32BE(start);
  const schema = cString(bytes, start + 4);
  const table = cString(bytes, schema.next);
  let at = table.next;
  const replicaIdentity = String.fromCharCode(bytes[at] ?? 0);
  if (!isReplicaIdentity(replicaIdentity)) throw unreadable(bytes, at, bytes.length);
  const count = bytes.readUInt16BE(at + 1);
  at += 3;
  const columns: RelationColumn[] = [];
  for (let i = 0; i < count; i++) {
    const isKey = (bytes.readUInt8(at) & 1) === 1;
    const name = cString(bytes, at + 1);
    columns.push({
      isKey,
      name: name.text,
      typeOid: bytes.readUInt32BE(name.next),
      typmod: bytes.readInt32BE(name.next + 4),
    });
    at = name.next + 8;
  }
  // The system catalog's own schema is sent as an empty name.
  return { oid, schema: schema.text || 'pg_catalog', table: table.text, replicaIdentity, columns };
}

/** LSN, prefix, length, content. */
export function readLogicalMessage(bytes: Buffer, start: number): LogicalMessage {
  const prefix = cString(bytes, start + 8);
  const contentAt = prefix.next + 4;
  const content = bytes.subarray(contentAt, contentAt + bytes.readUInt32BE(prefix.next));
  return { lsn: toLsn(bytes.readBigUInt64BE(start)), prefix: prefix.text, content };
}

const isReplicaIdentity = (letter: string): letter is Relation['replicaIdentity'] => /^[dfin]$/.test(letter);

function readTruncate(bytes: Buffer, start: number): number[] {
  const count = bytes.readUInt32BE(start);
  return Array.from({ length: count }, (_, i) => bytes.readUInt32BE(start + 5 + 4 * i));
}

function cString(bytes: Buffer, start: number): { text: string; next: number } {
  const end = bytes.indexOf(0, start);
  return { text: bytes.toString('utf8', start, end), next: end + 1 };
}

/** Shows the tag and a few bytes after it, which hold no values in any known message. */
export function unreadable(bytes: Buffer, start: number, end: number): AppError {
  const hex = bytes.toString('hex', start, Math.min(start + 6, end));
  return new AppError('SOURCE_PROTOCOL', `cannot read a replication message of ${end - start} bytes: ${hex}`);
}
