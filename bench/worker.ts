import { once } from 'node:events';
import { Registry } from 'prom-client';
import { openDatabase } from '@/db/client.ts';
import { loadConfig } from '@/server/config/config.ts';
import { createLog } from '@/server/platform/logger.ts';
import { createSealer } from '@/server/secrets/seal.ts';
import { Arrivals } from '@/worker/buffer/arrivals.ts';
import { openColumnar } from '@/worker/columnar/open-columnar.ts';
import { createMetrics } from '@/worker/runtime/metrics.ts';
import { runWork } from '@/worker/testing/run-work.ts';

/** The product looks once a second, and at once when somebody nudges it: often, then, where single copies are timed. */
const roundMs = Number(process.env.BENCH_ROUND_MS ?? 100);

/**
 * The worker process that is measured: the product's shifts and copy jobs, composed as in worker/main.ts, with a loop
 * in place of the queues. It says `ready` to its parent and ends when the parent says anything.
 */
const { config, secrets } = loadConfig(process.env);
const log = createLog({ name: 'bench-worker', level: config.logLevel });
const database = openDatabase(secrets.databaseUrl, { max: 40 });
const { memoryMb, threads } = config.duckdb;
const columnar = await openColumnar({ workDir: config.workDir, memoryLimitMb: memoryMb, threads, log });
const stopped = { isAsked: false };
const asked = once(process, 'message').then(() => {
  stopped.isAsked = true;
});
{
  const deps = {
    database,
    sealer: createSealer(secrets.encryptionKey),
    config,
    secrets,
    log,
    holder: `bench.${process.pid}`,
    columnar,
    arrivals: new Arrivals(),
    metrics: createMetrics(new Registry()),
  };
  await using work = runWork(deps, { roundMs });
  process.send?.('ready');
  await work.until(async () => stopped.isAsked, { withinMs: 24 * 60 * 60_000, what: 'the bench' });
}
await asked;
await columnar[Symbol.asyncDispose]();
await database.close();
process.disconnect();
