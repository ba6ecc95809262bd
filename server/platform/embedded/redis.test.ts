import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { silentLog } from '@/server/platform/logger.ts';
import { Resources } from '@/server/platform/resources.ts';
import { startRedis } from './redis.ts';

test('redis keeps what was acknowledged over a restart, refuses strangers and leaves no process', async () => {
  await using resources = new Resources();
  const folder = resources.add(await mkdtemp(join(tmpdir(), 'philotes-redis-')), (path) =>
    rm(path, { recursive: true }),
  );
  const start = () =>
    startRedis({
      dataDir: join(folder, 'data'),
      logFile: join(folder, 'redis.log'),
      path: process.env.PATH ?? '',
      log: silentLog,
      announce: () => undefined,
    });
  const first = resources.add(await start(), (server) => server.stop());
  const one = resources.add(new Redis(first.url), (client) => client.disconnect());
  await one.set('kept', 'yes');
  const stranger = new Redis(first.port, { lazyConnect: true, retryStrategy: () => null });
  stranger.on('error', () => undefined);
  resources.add(stranger, (client) => client.disconnect());
  await expect(stranger.get('kept')).rejects.toThrow('NOAUTH');
  one.disconnect();
  await first.stop();
  await first.ended;
  const second = resources.add(await start(), (server) => server.stop());
  const two = resources.add(new Redis(second.url), (client) => client.disconnect());
  expect(await two.get('kept')).toBe('yes');
}, 120_000);
