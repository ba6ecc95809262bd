import type { Client } from 'pg';
import { LineCondenser } from './condense-line.ts';
import { CopyDataTap } from './copy-data-tap.ts';
import { Handoff } from './handoff.ts';

const BUFFER_BYTES = 1024 * 1024;
const BUFFERS_WAITING_MAX = 2;
/** Of rows so long that they come alone: the next one is read when this one is done with. */
const BYTES_HELD_MAX = 8 * BUFFER_BYTES;

type Run = { readonly bytes: Buffer; readonly start: number; end: number };
const NO_RUN: Run = { bytes: Buffer.alloc(0), start: 0, end: 0 };

/**
 * The output of `COPY ... TO STDOUT` in large buffers. The server waits while the consumer lags. A buffer is the
 * consumer's until it asks for the next one; then it is filled again, since garbage of this size costs whole collections.
 */
export type CopyBytes = AsyncIterable<Buffer> & {
  /** Ends the iteration and the connection; needed when the output is not read to its end. */
  stop(): void;
  /** The rows that the server says it sent (its `COPY n` tag); null before the end. */
  rows(): number | null;
};

/** Runs a COPY statement. The server sends every row as a message of its own, so buffers end at a line's end. */
export function copyBytes(client: Client, options: { sql: string; signal: AbortSignal }): CopyBytes {
  const { sql, signal } = options;
  const free: Buffer[] = [];
  let buffer: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  let length = 0;
  let isDone = false;
  let rows: number | null = null;
  /** Rows of one chunk of the socket, moved together in place: one copy for all of them instead of one for each. */
  let run: Run = NO_RUN;

  const flush = (): void => {
    if (length > 0) queue.push({ buffer, length });
    length = 0;
  };
  const settle = (): void => {
    const { bytes, start, end } = run;
    run = NO_RUN;
    // A long row came in a buffer of its own, which nobody will fill again.
    if (bytes.length > BUFFER_BYTES) {
      flush();
      buffer = NO_RUN.bytes;
      queue.push({ buffer: bytes.subarray(start), length: end - start });
      return;
    }
    if (length + end - start > buffer.length) {
      flush();
      const used = end - start <= BUFFER_BYTES ? free.pop() : undefined;
      buffer = used ?? Buffer.allocUnsafeSlow(Math.max(BUFFER_BYTES, end - start));
    }
    length += bytes.copy(buffer, length, start, end);
  };
  const append = (bytes: Buffer, start: number, end: number): void => {
    if (bytes === run.bytes) {
      bytes.copyWithin(run.end, start, end);
      run.end += end - start;
    } else {
      settle();
      run = { bytes, start, end };
    }
  };
  const stop = (): void => {
    signal.removeEventListener('abort', stop);
    queue.end();
    // The server notices the closed connection at its next write and ends the copy.
    if (!isDone) tap.destroy();
  };

  const queue = new Handoff<{ buffer: Buffer; length: number }>({
    itemsMax: BUFFERS_WAITING_MAX,
    bytesMax: BYTES_HELD_MAX,
    bytesOf: (item) => item.length,
    onFull: () => tap.pause(),
    onRoom: () => tap.resume(),
  });
  const tap = new CopyDataTap(client, {
    onData: append,
    onRead: () => settle(),
    onError: (error) => queue.fail(error),
    condense: (bytes) => new LineCondenser(bytes),
  });
  signal.addEventListener('abort', stop, { once: true });
  client.query(sql).then(
    (result) => {
      isDone = true;
      rows = result.rowCount;
      settle();
      flush();
      queue.finish();
    },
    (error: unknown) => {
      isDone = true;
      queue.fail(error);
    },
  );
  if (signal.aborted) stop();
  async function* buffers(): AsyncGenerator<Buffer> {
    for await (const { buffer: filled, length: end } of queue) {
      yield filled.subarray(0, end);
      if (filled.length === BUFFER_BYTES && free.length <= BUFFERS_WAITING_MAX) free.push(filled);
    }
  }
  return { stop, rows: () => rows, [Symbol.asyncIterator]: buffers };
}
