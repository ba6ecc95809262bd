import { COLUMNS_PREFIX } from '@/server/domain/column-messages.ts';
import { MESSAGE, readLogicalMessage, unreadable } from './pgoutput.ts';
import { Spool } from './spool.ts';
import { SpoolDisk, type SpoolOptions } from './spool-disk.ts';
import {
  readStreamAbort,
  readStreamCommit,
  readStreamStart,
  STREAM_ABORT,
  STREAM_COMMIT,
  STREAM_START,
  STREAM_STOP,
} from './streamed-messages.ts';
import { type WalFrames, type WalFramesOptions, walFrames } from './wal-frames.ts';

/**
 * Frames of a slot that sends large transactions while they are in progress (protocol version 2). Whoever receives them
 * notices nothing: blocks of a streamed transaction are kept on the local disk, and follow as an ordinary one when its
 * commit comes; what was rolled back never follows. All other messages pass through. The connection rests while a
 * transaction is read back, and its reports go on.
 */
export const streamedFrames = (options: WalFramesOptions, spool: SpoolOptions): WalFrames =>
  new StreamedFrames(options, spool);

/** A table's announcement, and how many came before it. */
type Announcement = { readonly arrival: number; readonly message: Buffer };

class StreamedFrames implements WalFrames {
  readonly #deliver: WalFramesOptions['onMessage'];
  readonly #frames: WalFrames;
  readonly #disk: SpoolDisk;
  readonly #spools = new Map<number, Spool>();
  /** By oid: the one that the server goes by outside of what is still in progress. */
  readonly #announced = new Map<number, Announcement>();
  readonly ended: Promise<void>;
  #fail: (error: unknown) => void = () => undefined;
  #arrivals = 0;
  /** Where messages go while a block lasts. */
  #block: Spool | null = null;
  #isPaused = false;
  #isOver = false;
  #replay: Promise<void> | null = null;
  /** Files that are being taken away. */
  #removed: Promise<void> = Promise.resolve();
  #wake: (() => void) | null = null;

  constructor(options: WalFramesOptions, spool: SpoolOptions) {
    this.#deliver = options.onMessage;
    this.#disk = new SpoolDisk(spool, { behind: () => this.#flow(), caughtUp: () => this.#flow() });
    this.#frames = walFrames({
      ...options,
      streamed: { isInBlock: () => this.#block !== null },
      onMessage: (bytes, start, end) => this.#receive(bytes, start, end),
    });
    const failed = new Promise<never>((_, reject) => {
      this.#fail = (error) => {
        this.#isOver = true;
        reject(error);
        this.#flow();
      };
    });
    this.ended = Promise.race([this.#frames.ended, failed]);
    this.ended.catch(() => undefined); // the owner awaits it later; until then a rejection is not unhandled
  }

  start(): Promise<void> {
    return this.#frames.start();
  }

  report(): void {
    this.#frames.report();
  }

  pause(): void {
    this.#isPaused = true;
    this.#flow();
  }

  resume(): void {
    this.#isPaused = false;
    this.#wake?.();
    this.#wake = null;
    this.#flow();
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.resume();
    await this.#frames.close();
    await this.#replay;
    for (const xid of this.#spools.keys()) this.#remove(xid);
    await this.#removed;
    await this.#disk[Symbol.asyncDispose]();
  }

  /** The connection is read when the receiver wants more and nothing stands before what comes next. */
  #flow(): void {
    if (this.#isPaused || this.#replay || this.#isOver || this.#disk.isBehind) this.#frames.pause();
    else this.#frames.resume();
  }

  #receive(bytes: Buffer, start: number, end: number): void {
    const tag = bytes[start];
    if (this.#block) {
      this.#keep(this.#block, bytes, start, end);
      return;
    }
    switch (tag) {
      case STREAM_START:
        this.#block = this.#open(readStreamStart(bytes, start), () => unreadable(bytes, start, end));
        break;
      case STREAM_COMMIT:
        this.#commit(readStreamCommit(bytes, start), () => unreadable(bytes, start, end));
        break;
      case STREAM_ABORT:
        this.#abort(readStreamAbort(bytes, start));
        break;
      case RELATION:
        this.#announce(bytes.subarray(start, end), this.#arrivals++);
        break;
      default:
        this.#deliver(bytes, start, end);
    }
  }

  #open({ xid, isFirst }: { xid: number; isFirst: boolean }, unexpected: () => Error): Spool {
    const known = this.#spools.get(xid);
    // A block of a transaction whose beginning never came, or came twice, would lose or repeat changes.
    if (isFirst !== !known) throw unexpected();
    if (known) return known;
    const spool = new Spool({ xid, disk: this.#disk, onError: (error) => this.#fail(error) });
    this.#spools.set(xid, spool);
    return spool;
  }

  #keep(block: Spool, bytes: Buffer, start: number, end: number): void {
    switch (bytes[start]) {
      case INSERT:
      case UPDATE:
      case DELETE:
      case TRUNCATE:
        block.append(bytes, start, end, 0);
        break;
      case RELATION:
        block.append(bytes, start, end, this.#arrivals++);
        break;
      case STREAM_STOP:
        block.flush();
        this.#block = null;
        break;
      case MESSAGE:
        // Others' may be large, and nobody reads them outside of blocks either.
        if (readLogicalMessage(bytes, start + MESSAGE_HEAD_BYTES).prefix === COLUMNS_PREFIX)
          block.append(bytes, start, end, 0);
        break;
      case TYPE:
      case ORIGIN:
        break; // read nowhere
      default:
        throw unreadable(bytes, start, end);
    }
  }

  #abort({ xid, subXid }: { xid: number; subXid: number }): void {
    const spool = this.#spools.get(xid);
    if (!spool) return; // nothing of it was sent
    if (subXid !== xid) {
      spool.rollBack(subXid);
      return;
    }
    this.#remove(xid);
  }

  #remove(xid: number): void {
    const spool = this.#spools.get(xid);
    this.#spools.delete(xid);
    this.#removed = this.#removed.then(() => spool?.remove()).catch((error: unknown) => this.#fail(error));
  }

  #commit(told: { xid: number; begin: Buffer; commit: Buffer }, unexpected: () => Error): void {
    const spool = this.#spools.get(told.xid);
    if (!spool) throw unexpected();
    const replay = async (): Promise<void> => {
      try {
        await this.#readBack(spool, told);
      } catch (error) {
        this.#fail(error);
      }
      this.#replay = null;
      this.#flow();
    };
    this.#replay = replay();
    this.#flow();
  }

  async #readBack(spool: Spool, { xid, begin, commit }: { xid: number; begin: Buffer; commit: Buffer }): Promise<void> {
    const announced = new Map<number, Announcement>();
    const wait = () => this.#wait();
    const isOver = () => this.#isOver;
    this.#deliver(begin, 0, begin.length);
    await spool.replay({
      message: this.#deliver,
      relation: (bytes, start, end, arrival) => {
        announced.set(oidOf(bytes, start), { arrival, message: Buffer.from(bytes.subarray(start, end)) });
        this.#deliver(bytes, start, end);
      },
      wait,
      isOver,
    });
    if (this.#isOver) return;
    this.#deliver(commit, 0, commit.length);
    for (const [oid, own] of announced) {
      const other = this.#announced.get(oid);
      if (!other || other.arrival < own.arrival) {
        this.#announced.set(oid, own);
        continue;
      }
      // Another transaction announced the table later and came first: what follows goes by that.
      for (let until = wait(); until; until = wait()) await until;
      if (this.#isOver) return;
      this.#deliver(other.message, 0, other.message.length);
    }
    this.#remove(xid);
  }

  #announce(message: Buffer, arrival: number): void {
    this.#announced.set(oidOf(message, 0), { arrival, message: Buffer.from(message) });
    this.#deliver(message, 0, message.length);
  }

  #wait(): Promise<void> | null {
    if (!this.#isPaused || this.#isOver) return null;
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

const INSERT = 0x49;
const UPDATE = 0x55;
const DELETE = 0x44;
const TRUNCATE = 0x54;
const RELATION = 0x52;
const TYPE = 0x59;
const ORIGIN = 0x4f;
/** Tag, transaction id, flags. */
const MESSAGE_HEAD_BYTES = 6;

const oidOf = (bytes: Buffer, start: number): number => bytes.readUInt32BE(start + 1);
