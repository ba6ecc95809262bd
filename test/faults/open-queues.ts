import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type EmbeddedRedis, startRedis } from '@/server/platform/embedded/redis.ts';
import { silentLog } from '@/server/platform/logger.ts';

export type FaultQueues = AsyncDisposable & {
  readonly admin: Redis;
  /** Ends the server and starts an empty one at the same address. */
  replace(): Promise<void>;
  readonly url: string;
};

/** A queue server of the test's own. */
export async function openQueues(): Promise<FaultQueues> {
  const folder = await mkdtemp(join(tmpdir(), 'philotes-queues-'));
  const start = (before?: EmbeddedRedis, round = 0): Promise<EmbeddedRedis> =>
    startRedis({
      dataDir: join(folder, `data${round}`),
      logFile: join(folder, 'redis.log'),
      path: process.env.PATH ?? '',
      log: silentLog,
      announce: () => undefined,
      ...(before ? { port: before.port, password: new URL(before.url).password } : {}),
    });
  let rounds = 0;
  let server = await start();
  const { url } = server;
  const admin = new Redis(url);
  admin.on('error', () => undefined); // it reconnects by itself
  return {
    admin,
    url,
    async replace() {
      await server.stop();
      server = await start(server, ++rounds);
    },
    async [Symbol.asyncDispose]() {
      admin.disconnect();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
