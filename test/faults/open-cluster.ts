import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startPostgres } from '@/server/platform/embedded/postgres.ts';
import { removeCluster } from '@/server/platform/embedded/postgres-cluster.ts';
import { silentLog } from '@/server/platform/logger.ts';

export type FaultCluster = AsyncDisposable & {
  /** URL of the `postgres` database; the port stays the same across restarts. */
  readonly url: string;
  readonly port: number;
  /** Ends the server without a checkpoint and starts it again: it recovers from its log as after a power cut. */
  crash(): Promise<void>;
  /** Stops the server; `start` brings it back. */
  stop(): Promise<void>;
  start(): Promise<void>;
};

/** A PostgreSQL of the test's own, for what the shared one must not suffer. Idle senders end after five seconds. */
export async function openCluster(settings: Readonly<Record<string, string>> = {}): Promise<FaultCluster> {
  const dataDir = join(tmpdir(), `philotes-fault-${randomBytes(6).toString('hex')}`);
  const launch = (port?: number): Promise<EmbeddedPostgres> =>
    startPostgres({
      dataDir,
      logFile: `${dataDir}.log`,
      settings: { fsync: 'off', wal_sender_timeout: '5s', logical_decoding_work_mem: '64kB', ...settings },
      log: silentLog,
      ...(port === undefined ? {} : { port }),
    });
  let server = await launch();
  const { url, port } = server;
  const start = async (): Promise<void> => {
    server = await launch(port);
  };
  return {
    url,
    port,
    start,
    stop: () => server.stop(),
    async crash() {
      await server.stop(0);
      await start();
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await removeCluster(dataDir);
      await rm(`${dataDir}.log`, { force: true });
    },
  };
}
