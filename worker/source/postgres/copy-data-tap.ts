import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { socketOf } from '@/server/postgres/connect.ts';
import type { Condenser } from './framed-reader.ts';
import { SHARED_CHUNK } from './tappable-socket.ts';

export type CopyDataHandlers = {
  /**
   * Receives the payload of one CopyData message as a range of `bytes`. What lies before its end is the receiver's, until
   * `onRead`.
   */
  readonly onData: (bytes: Buffer, start: number, end: number) => void;
  /** What was read is handed over; the bytes may be overwritten now. */
  readonly onRead?: () => void;
  readonly onError: (error: unknown) => void;
  /** Takes a message of so many bytes that it should not be held as a whole; what it makes of it goes to `onData`. */
  readonly condense: (bytes: number) => Condenser;
};

const COPY_DATA = 0x64;
const HEADER_BYTES = 5;
/** Longer messages are condensed while they arrive. */
const MESSAGE_BYTES_MAX = 32 * 1024 * 1024;
/** After a chunk smaller than this, reading rests for a moment ... */
const SMALL_CHUNK_BYTES = 32 * 1024;
/** ... in which the kernel collects more: a walsender sends every row by itself, and a read for each costs 5 us. */
const REST_MS = 1;

/**
 * Takes CopyData messages straight off a connection's socket, without an object or an event for each, and leaves every
 * other message to the driver. Attach it while the connection is idle (manual: "Message Formats").
 */
export class CopyDataTap {
  readonly #socket: Socket;
  readonly #toDriver: (bytes: Buffer) => void;
  readonly #handlers: CopyDataHandlers;
  #isPaused = false;
  #isDiscarding = false;
  /** Chunks received but not yet read because of a pause. */
  #unread: Buffer[] = [];
  /** The beginning of a message whose end has not arrived: a few header bytes, or the message at its full size. */
  #partial: Buffer | null = null;
  #partialLength = 0;
  #condensing: { readonly condenser: Condenser; left: number } | null = null;
  #lastInboundMs = performance.now();
  #breather: NodeJS.Timeout | null = null;

  constructor(client: Client, handlers: CopyDataHandlers) {
    this.#socket = socketOf(client);
    this.#handlers = handlers;
    const [driver, ...others] = this.#socket.listeners('data');
    if (!driver || others.length > 0) throw new Error('the connection is already used for something else');
    this.#toDriver = driver as (bytes: Buffer) => void;
    this.#socket.removeListener('data', this.#toDriver);
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on(SHARED_CHUNK, (chunk: Buffer) => this.#receive(chunk));
  }

  /** When bytes last arrived or reading was resumed, on the monotonic clock. */
  get lastInboundMs(): number {
    return this.#lastInboundMs;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Takes effect before the next message, even in the middle of a chunk. */
  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#lastInboundMs = performance.now();
    const unread = this.#unread;
    this.#unread = [];
    for (const chunk of unread) this.#read(chunk);
    if (!this.#isPaused && !this.#breather) this.#socket.resume();
  }

  /** Reads on without handing anything over, so that the connection can be closed in an orderly way. */
  discard(): void {
    this.#isDiscarding = true;
    this.resume();
  }

  destroy(reason?: Error): void {
    this.#isDiscarding = true;
    this.#socket.destroy(reason);
  }

  #receive(chunk: Buffer): void {
    this.#lastInboundMs = performance.now();
    this.#read(chunk);
    if (chunk.length >= SMALL_CHUNK_BYTES || this.#breather || this.#isDiscarding) return;
    this.#socket.pause();
    this.#breather = setTimeout(() => {
      this.#breather = null;
      if (!this.#isPaused) this.#socket.resume();
    }, REST_MS);
  }

  #read(chunk: Buffer): void {
    if (this.#isPaused) {
      this.#unread.push(Buffer.from(chunk));
      return;
    }
    try {
      this.#readMessages(chunk);
      this.#handlers.onRead?.();
    } catch (error) {
      this.destroy();
      this.#handlers.onError(error);
    }
  }

  #readMessages(chunk: Buffer): void {
    let bytes = chunk;
    let at = 0;
    if (this.#partial || this.#condensing) {
      const joined = this.#partial ? this.#complete(this.#partial, chunk) : this.#condense(chunk);
      if (!joined) return;
      ({ bytes, at } = joined);
    }
    while (bytes.length - at >= HEADER_BYTES) {
      const messageEnd = at + 1 + bytes.readUInt32BE(at + 1);
      if (messageEnd > bytes.length) break;
      if (bytes[at] !== COPY_DATA) this.#toDriver(Buffer.from(bytes.subarray(at, messageEnd)));
      else if (!this.#isDiscarding) this.#handlers.onData(bytes, at + HEADER_BYTES, messageEnd);
      at = messageEnd;
      if (this.#isPaused) break;
    }
    if (at === bytes.length) return;
    if (this.#isPaused) this.#unread.unshift(Buffer.from(bytes.subarray(at)));
    else this.#keep(bytes, at);
  }

  #keep(bytes: Buffer, at: number): void {
    const available = bytes.length - at;
    const size = available < HEADER_BYTES ? available : 1 + bytes.readUInt32BE(at + 1);
    if (size > MESSAGE_BYTES_MAX && bytes[at] === COPY_DATA) {
      const condenser = this.#handlers.condense(size - HEADER_BYTES);
      condenser.write(bytes, at + HEADER_BYTES, bytes.length);
      this.#condensing = { condenser, left: size - available };
      return;
    }
    this.#partial = Buffer.allocUnsafe(size);
    this.#partialLength = bytes.copy(this.#partial, 0, at);
  }

  /** Adds a chunk to the partial message. Returns where reading goes on, or null when it is still not complete. */
  #complete(partial: Buffer, chunk: Buffer): { bytes: Buffer; at: number } | null {
    if (partial.length < HEADER_BYTES) {
      this.#partial = null;
      return { bytes: Buffer.concat([partial, chunk]), at: 0 };
    }
    const copied = chunk.copy(partial, this.#partialLength);
    this.#partialLength += copied;
    if (this.#partialLength < partial.length) return null;
    this.#partial = null;
    if (partial[0] !== COPY_DATA) this.#toDriver(partial);
    else if (!this.#isDiscarding) this.#handlers.onData(partial, HEADER_BYTES, partial.length);
    return this.#rest(chunk, copied);
  }

  /** The same for a message that is condensed. */
  #condense(chunk: Buffer): { bytes: Buffer; at: number } | null {
    if (!this.#condensing) return { bytes: chunk, at: 0 };
    const { condenser, left } = this.#condensing;
    const taken = Math.min(left, chunk.length);
    if (!this.#isDiscarding) condenser.write(chunk, 0, taken);
    this.#condensing.left -= taken;
    if (taken < left) return null;
    this.#condensing = null;
    const message = condenser.end();
    if (!this.#isDiscarding) this.#handlers.onData(message, 0, message.length);
    return this.#rest(chunk, taken);
  }

  /** Where reading goes on behind a message, unless its receiver has paused. */
  #rest(chunk: Buffer, at: number): { bytes: Buffer; at: number } | null {
    if (!this.#isPaused) return { bytes: chunk, at };
    if (at < chunk.length) this.#unread.unshift(Buffer.from(chunk.subarray(at)));
    return null;
  }
}
