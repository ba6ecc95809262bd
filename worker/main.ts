import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Registry } from 'prom-client';
import { openDatabase } from '@/db/client.ts';
import { loadConfig } from '@/server/config/config.ts';
import { setNetworkPolicy } from '@/server/network/process-policy.ts';
import { armFailpointFrom } from '@/server/platform/failpoint.ts';
import { exitCodeOf } from '@/server/platform/listen.ts';
import { createLog } from '@/server/platform/logger.ts';
import { Resources } from '@/server/platform/resources.ts';
import { sleep } from '@/server/platform/sleep.ts';
import { createSealer } from '@/server/secrets/seal.ts';
import { Arrivals } from '@/worker/buffer/arrivals.ts';
import { sessionName } from '@/worker/buffer/lease.ts';
import { openColumnar } from '@/worker/columnar/open-columnar.ts';
import { serveHealth } from './runtime/health.ts';
import { createHousekeeping, signOffWorker } from './runtime/housekeeping.ts';
import { createMetrics } from './runtime/metrics.ts';
import { reconcile } from './runtime/reconcile.ts';
import { refuseEvictingRedis } from './runtime/refuse-evicting-redis.ts';
import { openWorkHome } from './runtime/work-home.ts';
import type { WorkerDeps } from './runtime/worker-deps.ts';
import { startWorkers } from './runtime/workers.ts';

const RECONCILE_MS = 1_000;

/** One worker process, composed here and nowhere else; shutdown is the reverse order of opening. */
async function main(): Promise<void> {
  // biome-ignore lint/style/noProcessEnv: the composition root is the one place that reads the environment.
  const { config, secrets } = loadConfig(process.env);
  setNetworkPolicy(config.network);
  // biome-ignore lint/style/noProcessEnv: for tests of crashes only, so it is no part of the configuration.
  armFailpointFrom(process.env.FAILPOINT);
  const log = createLog({ name: 'worker', level: config.logLevel });
  const stopped = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stopped.abort());
  const { signal } = stopped;

  await using resources = new Resources();
  const holder = `${hostname()}.${process.pid}.${randomUUID().slice(0, 8)}`;
  const database = openDatabase(secrets.databaseUrl, {
    max: 40,
    applicationName: sessionName(holder),
    onError: (error) => log.warn('idle database connection lost', { error }),
  });
  resources.add(database, (opened) => opened.close());
  await refuseEvictingRedis(secrets.redisUrl);
  const home = resources.add(await openWorkHome({ workDir: config.workDir, holder, log }), (opened) =>
    opened[Symbol.asyncDispose](),
  );
  const columnar = resources.add(
    await openColumnar({
      workDir: home.path,
      memoryLimitMb: config.duckdb.memoryMb,
      threads: config.duckdb.threads,
      log,
    }),
    (opened) => opened[Symbol.asyncDispose](),
  );
  const registry = new Registry();
  const deps: WorkerDeps = {
    database,
    sealer: createSealer(secrets.encryptionKey, secrets.previousEncryptionKey),
    config: { ...config, workDir: home.path },
    secrets,
    log,
    holder,
    columnar,
    arrivals: new Arrivals(),
    metrics: createMetrics(registry),
  };
  const health = resources.add(await serveHealth({ host: config.host, port: config.workerPort, registry }), (opened) =>
    opened.close(),
  );
  const workers = resources.add(startWorkers(deps, { redisUrl: secrets.redisUrl, signal }), (started) =>
    started.close(),
  );
  resources.add(deps.holder, (holder) => signOffWorker(database.pool, holder).catch(() => undefined));
  const keepHouse = createHousekeeping(deps, { ...workers, keepHome: home.keep });
  log.info('worker runs', { holder: deps.holder });
  while (!signal.aborted) {
    await reconcile(database.pool, { enqueue: workers.enqueue, log });
    health.reconciled();
    await workers.countJobs();
    await keepHouse();
    await sleep(RECONCILE_MS, signal);
  }
  log.info('worker stops');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(exitCodeOf(error));
});
