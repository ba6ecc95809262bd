import { expect, test } from 'vitest';
import { sleep } from '@/server/platform/sleep.ts';
import { reconcile } from '@/worker/runtime/reconcile.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { startWorkers } from '@/worker/runtime/workers.ts';
import { openQueues } from './open-queues.ts';
import { openScenario, type Scenario } from './scenario.ts';

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
