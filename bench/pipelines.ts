import { setTimeout as delay } from 'node:timers/promises';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { stopPipeline } from '@/server/pipelines/stop-pipeline.ts';
import type { Bench } from './open-bench.ts';

/** Each look costs the database what the product could use. */
const LOOK_MS = 50;
const LOOKS_PER_CHECK = 20;
const WAIT_MS_MAX = 15 * 60_000;

export type Mode = 'mirror' | 'changelog';

/** A pipeline of the one table with the product's default settings, or other room for transactions in progress. */
export async function createLinePipeline(
  bench: Bench,
  options: { name: string; mode: Mode; inProgressMib?: number | null },
): Promise<string> {
  const { control, sourceId, destinationId } = bench;
  const { name, mode, inProgressMib = null } = options;
  const { id } = await createPipeline(control, SYSTEM_ACTOR, {
    name,
    sourceId,
    destinationId,
    namespace: name,
    tables: [{ schema: 'public', table: 'lineitem', mirror: mode === 'mirror', changelog: mode === 'changelog' }],
    settings: inProgressMib === null ? {} : { inProgressBytesMax: inProgressMib * 1024 * 1024 },
  });
  return id;
}

export const start = (bench: Bench, id: string): Promise<void> =>
  startPipeline(bench.control as never, SYSTEM_ACTOR, { id });

/** Stops a pipeline and waits until nobody works on it. */
export async function stop(bench: Bench, id: string): Promise<void> {
  await stopPipeline(bench.control, SYSTEM_ACTOR, { id });
  await until(bench, {
    id,
    what: 'the pipeline has stopped',
    sql: 'select not exists (select 1 from lease where pipeline_id = $1 and expires_at > now()) as holds',
  });
}

/** The copy is in the lake and visible. */
export const untilLive = (bench: Bench, id: string): Promise<void> =>
  until(bench, {
    id,
    what: 'the copy is in the lake',
    sql: `select bool_and(state = 'live') as holds from pipeline_table where pipeline_id = $1`,
  });

/** Every change up to the position is in the lake. */
export const untilCommitted = (bench: Bench, id: string, lsn: string): Promise<void> =>
  until(bench, {
    id,
    what: 'the lake has caught up',
    sql: `select tail_end_lsn >= '${lsn}'::pg_lsn and committed_seq = tail_seq as holds from position where pipeline_id = $1`,
  });

async function until(bench: Bench, wanted: { id: string; what: string; sql: string }): Promise<void> {
  const { id, what, sql } = wanted;
  const { pool } = bench.database;
  const deadline = performance.now() + WAIT_MS_MAX;
  let looks = 0;
  for (;;) {
    const { rows } = await pool.query<{ holds: boolean }>(sql, [id]);
    if (rows[0]?.holds) return;
    if (looks++ % LOOKS_PER_CHECK === 0) await expectNoProblem(bench, { id, what });
    if (performance.now() > deadline) throw new Error(`${what}: not within ${WAIT_MS_MAX} ms`);
    await delay(LOOK_MS);
  }
}

async function expectNoProblem({ database }: Bench, { id, what }: { id: string; what: string }): Promise<void> {
  const { rows } = await database.pool.query<{ error_code: string; error_message: string }>(
    `select error_code, error_message from pipeline where id = $1 and state = 'needs_attention'
     union all select error_code, error_message from pipeline_table where pipeline_id = $1 and state = 'needs_attention'`,
    [id],
  );
  const [first] = rows;
  if (first) throw new Error(`${what}: ${first.error_code}: ${first.error_message}`);
}
