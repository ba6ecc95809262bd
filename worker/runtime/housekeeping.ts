import { hostname } from 'node:os';
import { version as duckdbVersion } from '@duckdb/node-api';
import type { Pool } from 'pg';
import { takeSamples } from '@/db/queries/take-samples.ts';
import { PRODUCT_VERSION } from '@/server/platform/product-version.ts';
import { cacheDir } from '@/worker/pipeline/local-files.ts';
import { trimCache } from '@/worker/pipeline/trim-cache.ts';
import type { RedisFacts } from './redis-facts.ts';
import type { WorkerDeps } from './worker-deps.ts';

const HEARTBEAT_MS = 5_000;
const SAMPLE_MS = 10_000;
const SWEEP_MS = 60_000;

type Chore = { readonly everyMs: number; readonly what: string; run(): Promise<unknown>; nextAt: number };

/**
 * What every worker does beside its jobs: reports itself, records figures (whoever comes first), and throws away what has
 * expired. Called each second; one chore's failure is logged and keeps no other from its turn.
 */
export function createHousekeeping(
  { database: { pool }, config, holder, log }: Pick<WorkerDeps, 'database' | 'config' | 'holder' | 'log'>,
  {
    running,
    redisFacts,
    keepHome,
  }: { running: () => number; redisFacts: () => Promise<RedisFacts | null>; keepHome: () => Promise<void> },
): () => Promise<void> {
  const chores: Chore[] = [
    {
      everyMs: HEARTBEAT_MS,
      what: 'heartbeat',
      run: async () => reportWorker(pool, { holder, jobs: running(), redis: await redisFacts() }),
      nextAt: 0,
    },
    { everyMs: SAMPLE_MS, what: 'samples', run: () => takeSamples(pool), nextAt: 0 },
    { everyMs: SWEEP_MS, what: 'sweep', run: () => sweep(pool), nextAt: 0 },
    { everyMs: SWEEP_MS, what: 'work folder', run: keepHome, nextAt: 0 },
    { everyMs: SWEEP_MS, what: 'cache', run: () => trimCache(cacheDir(config.workDir)), nextAt: 0 },
  ];
  return async () => {
    for (const chore of chores) {
      const now = Date.now();
      if (now < chore.nextAt) continue;
      // At multiples of the interval, so that samples are as old as they say.
      chore.nextAt = (Math.floor(now / chore.everyMs) + 1) * chore.everyMs;
      try {
        await chore.run();
      } catch (error) {
        log.warn('a chore failed', { chore: chore.what, error });
      }
    }
  };
}

/** Says that this process lives. */
export async function reportWorker(
  pool: Pool,
  { holder, jobs, redis }: { holder: string; jobs: number; redis: RedisFacts | null },
): Promise<void> {
  await pool.query(
    /* sql */ `
    insert into worker_process (name, host, version, node_version, duckdb_version, memory_bytes, jobs,
                                redis_version, redis_eviction_policy)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (name) do update
       set seen_at = now(), memory_bytes = excluded.memory_bytes, jobs = excluded.jobs,
           redis_version = excluded.redis_version, redis_eviction_policy = excluded.redis_eviction_policy`,
    [
      holder,
      hostname(),
      PRODUCT_VERSION,
      process.versions.node,
      duckdbVersion(),
      process.memoryUsage.rss(),
      jobs,
      redis?.version ?? null,
      redis?.evictionPolicy ?? null,
    ],
  );
}

/** A worker that ended in order is not silent but gone. */
export async function signOffWorker(pool: Pool, holder: string): Promise<void> {
  await pool.query(`delete from worker_process where name = $1`, [holder]);
}

async function sweep(pool: Pool): Promise<void> {
  await pool.query(`delete from inquiry where expires_at < now()`);
  await pool.query(`delete from worker_process where seen_at < now() - interval '1 day'`);
}
