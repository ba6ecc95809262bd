import type { Pool } from 'pg';

/** A worker process as it reported itself last. */
export type WorkerRow = {
  name: string;
  host: string;
  version: string;
  duckdb_version: string;
  redis_version: string | null;
  redis_eviction_policy: string | null;
  started_at: Date;
  seen_at: Date;
  /** Heard of within the last half minute. */
  is_alive: boolean;
  memory_bytes: number;
  jobs: number;
};

/** Those that live first, then the latest. */
export async function readWorkers(pool: Pool): Promise<WorkerRow[]> {
  const { rows } = await pool.query<WorkerRow>(/* sql */ `
    select name, host, version, duckdb_version, redis_version, redis_eviction_policy, started_at, seen_at,
           seen_at > now() - interval '30 seconds' as is_alive, memory_bytes::float8 as memory_bytes, jobs
      from worker_process order by is_alive desc, started_at desc limit 200`);
  return rows;
}
