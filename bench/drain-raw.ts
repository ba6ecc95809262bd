import pg from 'pg';
import type { Lsn } from '@/server/domain/lsn.ts';
import { type SourceConnection, socketOf, sourceClientConfig } from '@/server/postgres/connect.ts';
import { walFrames } from '@/worker/source/postgres/wal-frames.ts';

const ERROR_RESPONSE = 0x45;
/** `ReadyForQuery`, idle: the last message of a statement (manual: Message Formats). */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** Seconds that the server takes for one COPY of the table to a reader that throws every byte away. */
export async function drainCopy(connection: SourceConnection): Promise<number> {
  const client = new pg.Client(sourceClientConfig(connection, { applicationName: 'bench limit' }));
  client.on('error', () => undefined); // its socket is closed below without a goodbye
  await client.connect();
  const socket = socketOf(client);
  socket.removeAllListeners('data');
  const sql = Buffer.from('COPY public.lineitem TO STDOUT\0');
  const query = Buffer.concat([Buffer.from([0x51, 0, 0, 0, sql.length + 4]), sql]);
  const startedAt = performance.now();
  let tail: Buffer = Buffer.alloc(0);
  const finished = new Promise<void>((resolve, reject) => {
    socket.once('data', (bytes: Buffer) => {
      if (bytes[0] === ERROR_RESPONSE) reject(new Error('the server refused to copy the table'));
    });
    socket.on('data', (bytes: Buffer) => {
      tail = bytes.length >= READY.length ? bytes.subarray(-READY.length) : Buffer.concat([tail, bytes]);
      if (tail.subarray(-READY.length).equals(READY)) resolve();
    });
  });
  socket.write(query);
  await finished;
  const seconds = (performance.now() - startedAt) / 1000;
  socket.destroy();
  return seconds;
}

const COMMIT = 0x43;

/** Seconds from connect until this many transactions have come; every change is thrown away. */
export async function drainSlot(
  connection: SourceConnection,
  options: { slot: string; publication: string; startLsn: Lsn; transactions: number },
): Promise<number> {
  const { slot, publication, startLsn, transactions } = options;
  let left = transactions;
  const startedAt = performance.now();
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const frames = walFrames({
    connection,
    applicationName: 'bench limit',
    slot,
    publication,
    startLsn,
    safe: () => startLsn,
    onMessage: (bytes, start) => {
      if (bytes[start] === COMMIT && --left === 0) finish();
    },
    onKeepalive: () => undefined,
  });
  await frames.start();
  await Promise.race([finished, frames.ended]);
  const seconds = (performance.now() - startedAt) / 1000;
  await frames.close();
  return seconds;
}
