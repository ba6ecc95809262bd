import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { silentLog } from '@/server/platform/logger.ts';
import { sleep } from '@/server/platform/sleep.ts';
import { openNudge } from '@/server/queue/nudge.ts';
import { reconcile } from '@/worker/runtime/reconcile.ts';
import { refuseEvictingRedis } from '@/worker/runtime/refuse-evicting-redis.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { startWorkers } from '@/worker/runtime/workers.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { openQueues } from './open-queues.ts';
import { openScenario, type Scenario } from './scenario.ts';
import { openTcpProxy } from './tcp-proxy.ts';

/** A worker process in all but its process: queues, processors and the reconciler. */
function openWorker(deps: WorkerDeps, redisUrl: string): AsyncDisposable {
  const stop = new AbortController();
  const workers = startWorkers(deps, { redisUrl, signal: stop.signal });
  const loop = (async () => {
    while (!stop.signal.aborted) {
      await reconcile(deps.database.pool, { enqueue: workers.enqueue, log: deps.log });
      await sleep(200, stop.signal);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await loop;
      await workers.close();
    },
  };
}

async function write(scenario: Scenario, from: number): Promise<void> {
  for (let step = 0; step < 20; step++) {
    await scenario.sql(`begin;
      insert into ${scenario.table} values (${from + step}, 'new', 0, 'n');
      update ${scenario.table} set balance = balance + 1 where id = ${1 + (step % 400)};
      commit`);
  }
}

/** Looks without doing any work itself: the worker under test has to. */
async function caughtUp(scenario: Scenario): Promise<void> {
  const end = await scenario.pipeline.position();
  const deadline = performance.now() + 60_000;
  while (!(await scenario.pipeline.isAt(end))) {
    await scenario.pipeline.assertSound();
    if (performance.now() > deadline) throw new Error('the lake has not caught up within a minute');
    await sleep(100, AbortSignal.timeout(1_000));
  }
}

test('queues that are wiped, or replaced by empty ones, lose nothing, and work goes on within a minute (rows 87, 88)', async () => {
  await using scenario = await openScenario('wiped');
  await using queues = await openQueues();
  await using _worker = openWorker(scenario.installation.deps, queues.url);
  await write(scenario, 10_000);
  await caughtUp(scenario);
  for (let round = 1; round <= 3; round++) {
    await queues.admin.flushall();
    await write(scenario, 10_000 + round * 1_000);
    await caughtUp(scenario);
  }
  await queues.replace();
  await write(scenario, 20_000);
  await caughtUp(scenario);
  await scenario.assertExact();
});

test('a queue server without memory stops no shift, and is no reason to ask it without rest (row 89)', async () => {
  await using scenario = await openScenario('full');
  await using queues = await openQueues();
  let warnings = 0;
  const quiet = scenario.installation.deps.log;
  const log = { ...quiet, warn: () => void warnings++, child: () => quiet };
  await using _worker = openWorker({ ...scenario.installation.deps, log }, queues.url);
  await write(scenario, 10_000);
  await caughtUp(scenario);
  await queues.admin.config('SET', 'maxmemory', '1');
  const startedAt = performance.now();
  await write(scenario, 11_000);
  await caughtUp(scenario);
  const perSecond = warnings / Math.max(1, (performance.now() - startedAt) / 1000);
  expect(perSecond).toBeLessThan(20);
  await queues.admin.config('SET', 'maxmemory', '0');
  await write(scenario, 12_000);
  await caughtUp(scenario);
  await scenario.assertExact();
});

for (const policy of ['volatile-lru', 'allkeys-lru', 'volatile-ttl']) {
  test(`a worker does not start on a queue server that evicts by ${policy} (row 90)`, async () => {
    await using queues = await openQueues();
    await expect(refuseEvictingRedis(queues.url)).resolves.toBeUndefined();
    await queues.admin.config('SET', 'maxmemory-policy', policy);
    await expect(refuseEvictingRedis(queues.url)).rejects.toMatchObject({ code: 'QUEUES_EVICT' });
    await queues.admin.config('SET', 'maxmemory-policy', 'noeviction');
    await expect(refuseEvictingRedis(queues.url)).resolves.toBeUndefined();
  });
}

test('a queue server that begins to evict under a running worker loses no change (rows 88, 90)', async () => {
  await using scenario = await openScenario('evicting');
  await using queues = await openQueues();
  await using _worker = openWorker(scenario.installation.deps, queues.url);
  await write(scenario, 10_000);
  await caughtUp(scenario);
  await queues.admin.config('SET', 'maxmemory-policy', 'allkeys-random');
  // Below what is in use, so that every write throws keys away, locks among them.
  await queues.admin.config('SET', 'maxmemory', '1mb');
  for (let round = 1; round <= 3; round++) {
    await write(scenario, 10_000 + round * 1_000);
    await caughtUp(scenario);
  }
  await queues.admin.config('SET', 'maxmemory', '0');
  await write(scenario, 20_000);
  await caughtUp(scenario);
  await scenario.assertExact();
});

test('pipelines are made and started while the queues do not answer, and run when they do (row 94)', async () => {
  await using installation = await openTestInstallation();
  const { source, control, deps, sourceId, destinationId } = installation;
  await source.query('create table item (id int primary key)');
  await source.query('insert into item select generate_series(1, 100)');
  await using queues = await openQueues();
  const { hostname, port, password } = new URL(queues.url);
  await using proxy = await openTcpProxy({ host: hostname, port: Number(port) });
  const url = `redis://:${password}@${proxy.host}:${proxy.port}`;
  proxy.set({ kind: 'blackhole' });
  await using nudges = openNudge(url, silentLog);
  const through = { ...control, nudge: nudges.nudge };
  const askedAt = performance.now();
  const { id } = await createPipeline(through, SYSTEM_ACTOR, {
    name: 'items',
    sourceId,
    destinationId,
    namespace: 'items',
    tables: [{ schema: 'public', table: 'item', mirror: true, changelog: false }],
  });
  await startPipeline(through, SYSTEM_ACTOR, { id });
  // Nobody waits for the queues: not even as long as one of their commands may take.
  expect(performance.now() - askedAt).toBeLessThan(2_000);
  await using _worker = openWorker(deps, url);
  await sleep(1_000, new AbortController().signal);
  proxy.set({ kind: 'pass' });
  proxy.reset();
  const deadline = performance.now() + 60_000;
  for (;;) {
    const { rows } = await installation.database.pool.query<{ state: string }>('select state from pipeline_table');
    if (rows[0]?.state === 'live') return;
    if (performance.now() > deadline) throw new Error('the pipeline does not run within a minute');
    await sleep(100, new AbortController().signal);
  }
});
