import type { Client } from 'pg';
import { CopyDataTap } from './copy-data-tap.ts';
import { Handoff } from './handoff.ts';

const BUFFER_BYTES = 1024 * 1024;
const BUFFERS_WAITING_MAX = 2;

/** The output of `COPY ... TO STDOUT` in large buffers. The server waits while the consumer lags. */
export type CopyBytes = AsyncIterable<Buffer> & {
  /** Ends the iteration and the connection; needed when the output is not read to its end. */
  stop(): void;
};

/** Runs a COPY statement. The server sends every row as a message of its own, so buffers end at a line's end. */
export function copyBytes(client: Client, options: { sql: string; signal: AbortSignal }): CopyBytes {
  const { sql, signal } = options;
  let buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  let length = 0;
  let isDone = false;

  const flush = (): void => {
    if (length > 0) queue.push(buffer.subarray(0, length));
    length = 0;
  };
  const append = (bytes: Buffer, start: number, end: number): void => {
    if (length + end - start > buffer.length) {
      flush();
      buffer = Buffer.allocUnsafeSlow(Math.max(BUFFER_BYTES, end - start));
    }
    length += bytes.copy(buffer, length, start, end);
  };
  const stop = (): void => {
    signal.removeEventListener('abort', stop);
    queue.end();
    // The server notices the closed connection at its next write and ends the copy.
    if (!isDone) tap.destroy();
  };

  const queue = new Handoff<Buffer>({
    itemsMax: BUFFERS_WAITING_MAX,
    onFull: () => tap.pause(),
    onRoom: () => tap.resume(),
  });
  const tap = new CopyDataTap(client, { onData: append, onError: (error) => queue.fail(error) });
  signal.addEventListener('abort', stop, { once: true });
  client.query(sql).then(
    () => {
      isDone = true;
      flush();
      queue.finish();
    },
    (error: unknown) => {
      isDone = true;
      queue.fail(error);
    },
  );
  if (signal.aborted) stop();
  return { stop, [Symbol.asyncIterator]: () => queue[Symbol.asyncIterator]() };
}
