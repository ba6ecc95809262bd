import { join } from 'node:path';
import { AppError } from '@/server/errors/app-error.ts';
import { type SpoolDisk, spoolError } from './spool-disk.ts';
import { SpoolFile } from './spool-file.ts';
import { Subtransactions } from './subtransactions.ts';

/** Subtransactions that are remembered at 12 bytes each; nothing else that grows with a transaction is in memory. */
const SUBTRANSACTIONS_MAX = 4 * 1024 * 1024;
const LENGTH_BYTES = 4;
const XID_BYTES = 4;
const RELATION = 0x52;

export type SpoolReader = {
  /** One message as the stream sends it outside of blocks, as a range of `bytes`. */
  readonly message: (bytes: Buffer, start: number, end: number) => void;
  /** One that announces a table; `arrival` is what it was kept with. */
  readonly relation: (bytes: Buffer, start: number, end: number, arrival: number) => void;
  /** Null when there may be more, else what to wait for. */
  readonly wait: () => Promise<void> | null;
  readonly isOver: () => boolean;
};

/**
 * The messages of one transaction in progress, on the local disk: each behind its length, without the transaction ids that
 * stand in it while it is streamed. What a subtransaction wrote goes when it is rolled back.
 */
export class Spool {
  readonly #file: SpoolFile;
  readonly #subtransactions: Subtransactions;
  readonly #head = Buffer.alloc(LENGTH_BYTES + 1 + XID_BYTES);

  constructor(options: { xid: number; disk: SpoolDisk; onError: (error: unknown) => void }) {
    const { xid, disk, onError } = options;
    this.#subtransactions = new Subtransactions(xid);
    this.#file = new SpoolFile({ disk, path: join(disk.folder, String(xid)), onError: (e) => onError(spoolError(e)) });
  }

  /** Keeps a message of a block: tag, transaction id, and the rest. A relation keeps its arrival in the place of the id. */
  append(bytes: Buffer, start: number, end: number, arrival: number): void {
    const tag = bytes[start] ?? 0;
    const restAt = start + 1 + XID_BYTES;
    const rest = end - restAt;
    const at = this.#file.length;
    const headBytes = tag === RELATION ? LENGTH_BYTES + 1 + XID_BYTES : LENGTH_BYTES + 1;
    this.#head.writeUInt32BE(headBytes - LENGTH_BYTES + rest);
    this.#head[LENGTH_BYTES] = tag;
    if (tag === RELATION) this.#head.writeUInt32BE(arrival, LENGTH_BYTES + 1);
    this.#subtransactions.wrote(bytes.readUInt32BE(start + 1), at);
    this.#file.append(this.#head, 0, headBytes);
    this.#file.append(bytes, restAt, end);
    if (this.#subtransactions.size > SUBTRANSACTIONS_MAX) {
      throw new AppError('SOURCE_IN_PROGRESS', 'a transaction in progress has too many subtransactions to keep apart');
    }
  }

  rollBack(subXid: number): void {
    const length = this.#subtransactions.rolledBack(subXid);
    if (length !== null) this.#file.cut(length);
  }

  /** The block has ended: another transaction may be next. */
  flush(): void {
    this.#file.flush();
  }

  /** Reads the messages in their order, piece by piece, as fast as the reader takes them. */
  async replay(reader: SpoolReader): Promise<void> {
    let parts: Buffer[] = [];
    let held = 0;
    let needed = 0;
    for await (const piece of this.#file.read()) {
      parts.push(piece);
      held += piece.length;
      // A long message is put together once.
      if (held < needed) continue;
      const bytes = parts.length === 1 ? piece : Buffer.concat(parts, held);
      const rest = bytes.subarray(await this.#readMessages(bytes, reader));
      if (reader.isOver()) return;
      parts = rest.length > 0 ? [rest] : [];
      held = rest.length;
      needed = held < LENGTH_BYTES ? 0 : LENGTH_BYTES + rest.readUInt32BE();
    }
    if (held > 0) throw new AppError('SOURCE_IN_PROGRESS', 'a transaction in progress was kept, and its end is torn');
  }

  remove(): Promise<void> {
    return this.#file.remove();
  }

  /** Returns how far it came: what is left is the beginning of a message. */
  async #readMessages(bytes: Buffer, reader: SpoolReader): Promise<number> {
    let at = 0;
    while (bytes.length - at >= LENGTH_BYTES) {
      const start = at + LENGTH_BYTES;
      const end = start + bytes.readUInt32BE(at);
      if (end > bytes.length) break;
      if (bytes[start] === RELATION) {
        const arrival = bytes.readUInt32BE(start + 1);
        bytes[start + XID_BYTES] = RELATION;
        reader.relation(bytes, start + XID_BYTES, end, arrival);
      } else {
        reader.message(bytes, start, end);
      }
      at = end;
      // One after the other: what pauses the reader has to take effect before the next message.
      for (let wait = reader.wait(); wait; wait = reader.wait()) await wait;
      if (reader.isOver()) break;
    }
    return at;
  }
}
