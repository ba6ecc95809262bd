import { expect, it } from 'vitest';
import { openDatabase } from '@/db/client.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { memberActor } from '@/server/auth/actor.ts';
import { loadConfig } from '@/server/config/config.ts';
import { PRODUCT_VERSION } from '@/server/platform/product-version.ts';
import { reportWorker, signOffWorker } from '@/worker/runtime/housekeeping.ts';
import { servicesOf } from './services.ts';
import { systemInfo } from './system-info.ts';

const viewer = memberActor({ id: 'mem_v', role: 'viewer' }, null);
const admin = memberActor({ id: 'mem_a', role: 'admin' }, null);

it('shows which workers live, and what they run on', async () => {
  await using test = await openTestDatabase({ migrated: true });
  const { config } = loadConfig({
    DATABASE_URL: test.url,
    REDIS_URL: 'redis://127.0.0.1:1',
    PHILOTES_ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
    PHILOTES_SESSION_SECRET: 's'.repeat(32),
    PHILOTES_INTERNAL_KEY: 'i'.repeat(32),
    PHILOTES_DATA_DIR: '/srv/philotes',
  });
  const database = openDatabase(test.url);
  try {
    const deps = { database, config };
    expect((await systemInfo(deps, viewer, {})).services).toMatchObject([
      { name: 'web', state: 'ok' },
      { name: 'database', state: 'ok' },
      { name: 'workers', state: 'failed' },
      { name: 'redis', state: 'warning' },
    ]);
    const redis = { version: '7.2.4', evictionPolicy: 'noeviction' };
    for (const holder of ['one', 'two']) await reportWorker(database.pool, { holder, jobs: 3, redis });
    await test.query(`update worker_process set seen_at = now() - interval '2 minutes' where name = 'two'`);
    const { versions, workers, services, dataFolder } = await systemInfo(deps, viewer, {});
    expect(versions).toMatchObject({ product: PRODUCT_VERSION, redis: '7.2.4', node: process.versions.node });
    expect(versions.postgresql).toMatch(/^\d+\.\d+/);
    expect(workers).toMatchObject([
      { name: 'one', state: 'ok', jobs: 3 },
      { name: 'two', state: 'silent' },
    ]);
    expect(services.find(({ name }) => name === 'workers')).toMatchObject({ state: 'warning' });
    expect(dataFolder).toBeNull();
    await signOffWorker(database.pool, 'two');
    const after = await systemInfo(deps, admin, {});
    expect(after.services.every(({ state }) => state === 'ok')).toBe(true);
    expect(after.dataFolder).toBe('/srv/philotes');
  } finally {
    await database.close();
  }
});

const seen = {
  is_alive: true,
  version: PRODUCT_VERSION,
  host: 'w1',
  redis_version: '7.2',
  redis_eviction_policy: null,
};
const stateOf = (name: string, workers: Parameters<typeof servicesOf>[0]) =>
  servicesOf(workers).find((service) => service.name === name)?.state;

it.each([
  ['redis', 'ok', [{ ...seen, redis_eviction_policy: 'noeviction' }]],
  ['redis', 'warning', [{ ...seen, redis_eviction_policy: 'allkeys-lru' }]],
  ['redis', 'failed', [seen, { ...seen, redis_version: null }]],
  ['workers', 'warning', [seen, { ...seen, version: '0.0.1' }]],
  ['workers', 'ok', [seen, seen]],
])('judges %s as %s', (name, state, workers) => {
  expect(stateOf(name, workers)).toBe(state);
});
