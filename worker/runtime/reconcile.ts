import type { Pool } from 'pg';
import { DEFAULT_PIPELINE_SETTINGS } from '@/server/domain/pipeline-settings.ts';
import type { Log } from '@/server/platform/logger.ts';

/** What should be worked on now. `id` makes repeats harmless: it changes whenever the work changes hands. */
export type Work =
  | { readonly kind: 'capture' | 'commit' | 'teardown' | 'watch'; readonly id: string; readonly pipelineId: string }
  | { readonly kind: 'copy'; readonly id: string; readonly chunkId: number }
  | { readonly kind: 'inquiry'; readonly id: string; readonly inquiryId: string }
  | { readonly kind: 'verify'; readonly id: string; readonly verificationId: number };

/** A copy worker that has not been heard of for this long is dead. */
export const COPY_HEARTBEAT_LOST_S = 20;

/** A worker that began to answer and was silent for so long is dead. */
export const INQUIRY_LOST_S = 30;

/** A worker that verifies and has not been heard of for this long is dead. */
export const VERIFY_HEARTBEAT_LOST_S = 20;

/** A verification that could not go on is not tried again before. */
const VERIFY_REST_S = 5;

/** How often the slot of a pipeline that rests is looked at. */
const WATCH_EVERY_S = 20;

/** A copy that failed is not tried again before. */
const COPY_REST_S = 5;

/**
 * Compares what should run (rows) with what does run (leases, heartbeats) and returns the missing work. The rows are
 * the truth: queued jobs may vanish at any moment and are simply queued again.
 */
export async function findWork(pool: Pool): Promise<Work[]> {
  return [
    ...(await shiftsToStart(pool)),
    ...(await chunksToCopy(pool)),
    ...(await pipelinesToTearDown(pool)),
    ...(await inquiriesToAnswer(pool)),
    ...(await slotsToWatch(pool)),
    ...(await verificationsToRun(pool)),
  ];
}

async function shiftsToStart(pool: Pool): Promise<Work[]> {
  const { rows } = await pool.query<{ id: string; role: 'capture' | 'commit'; token: string }>(/* sql */ `
    select pipeline.id, roles.role, coalesce(lease.token, 0) as token
      from pipeline
     cross join (values ('capture'), ('commit')) as roles (role)
      left join lease on lease.pipeline_id = pipeline.id and lease.role = roles.role
      left join position on position.pipeline_id = pipeline.id
     where pipeline.desired_state = 'running' and pipeline.state <> 'needs_attention'
       and (lease.token is null or lease.expires_at < now())
       and (roles.role = 'capture' or position.pipeline_id is not null)`);
  return rows.map(({ id, role, token }) => ({
    kind: role,
    id: `${role}-${id}-${token}`,
    pipelineId: id,
  }));
}

/** Chunks nobody copies, as many per pipeline as its settings allow beside those under way. */
export async function chunksToCopy(pool: Pool): Promise<Extract<Work, { kind: 'copy' }>[]> {
  const { rows } = await pool.query<{ id: string; attempt: string }>(
    /* sql */ `
    with chunk as (
      select copy_chunk.id, pipeline.id as pipeline_id, copy_chunk.attempt,
             coalesce((pipeline.settings->>'copyChunksAtOnce')::integer, $1) as at_once,
             copy_chunk.state = 'running' and copy_chunk.heartbeat_at > now() - $2 * interval '1 second' as is_running
        from copy_chunk
        join pipeline_table on pipeline_table.id = copy_chunk.pipeline_table_id
                           and pipeline_table.generation = copy_chunk.generation
        join pipeline on pipeline.id = pipeline_table.pipeline_id
       where pipeline_table.state = 'copying' and copy_chunk.state <> 'done'
         and (pipeline_table.error_at is null or pipeline_table.error_at < now() - $3 * interval '1 second')
         and pipeline.desired_state = 'running' and pipeline.state <> 'needs_attention'
    ), ranked as (
      select id, attempt, is_running, at_once,
             row_number() over (partition by pipeline_id order by is_running desc, id) as place
        from chunk
    )
    select id, attempt from ranked where not is_running and place <= at_once order by id`,
    [DEFAULT_PIPELINE_SETTINGS.copyChunksAtOnce, COPY_HEARTBEAT_LOST_S, COPY_REST_S],
  );
  return rows.map(({ id, attempt }) => ({ kind: 'copy', id: `copy-${id}-${attempt}`, chunkId: Number(id) }));
}

/** Deleted pipelines that nobody works on any more, copies included; one that failed is tried again after a while. */
async function pipelinesToTearDown(pool: Pool): Promise<Work[]> {
  const { rows } = await pool.query<{ id: string; token: string }>(
    /* sql */ `
    select pipeline.id, coalesce((select max(token) from lease where lease.pipeline_id = pipeline.id), 0) as token
      from pipeline
     where desired_state = 'deleted'
       and (error_at is null or error_at < now() - interval '30 seconds')
       and not exists (select 1 from lease where lease.pipeline_id = pipeline.id and expires_at > now())
       and not exists (select 1 from copy_chunk
                         join pipeline_table on pipeline_table.id = copy_chunk.pipeline_table_id
                        where pipeline_table.pipeline_id = pipeline.id and copy_chunk.state = 'running'
                          and heartbeat_at > now() - $1 * interval '1 second')`,
    [COPY_HEARTBEAT_LOST_S],
  );
  return rows.map(({ id, token }) => ({ kind: 'teardown', id: `teardown-${id}-${token}`, pipelineId: id }));
}

/** Questions that nobody answers: their nudge was lost, or the worker that began one is gone. */
async function inquiriesToAnswer(pool: Pool): Promise<Work[]> {
  const { rows } = await pool.query<{ id: string; attempt: number }>(
    /* sql */ `
    select id, attempt from inquiry
     where state in ('waiting', 'running') and expires_at > now()
       and (state = 'waiting' or began_at < now() - $1 * interval '1 second')
     order by created_at limit 50`,
    [INQUIRY_LOST_S],
  );
  return rows.map(({ id, attempt }) => ({ kind: 'inquiry', id: `inquiry-${id}-${attempt}`, inquiryId: id }));
}

/** Slots that nobody reads now: their WAL only grows. One look per step, also while the source does not answer. */
async function slotsToWatch(pool: Pool): Promise<Work[]> {
  const { rows } = await pool.query<{ id: string; step: string }>(
    /* sql */ `
    select pipeline.id, floor(extract(epoch from now()) / $1::integer)::bigint as step
      from pipeline join position on position.pipeline_id = pipeline.id
     where (pipeline.desired_state in ('paused', 'stopped') or pipeline.state = 'needs_attention') and pipeline.state <> 'draft'
       and (slot_checked_at is null or slot_checked_at < now() - $1::integer * interval '1 second')`,
    [WATCH_EVERY_S],
  );
  return rows.map(({ id, step }) => ({ kind: 'watch', id: `watch-${id}-${step}`, pipelineId: id }));
}

/** Verifications that nobody works on, of tables that are part of every commit. */
async function verificationsToRun(pool: Pool): Promise<Work[]> {
  const { rows } = await pool.query<{ id: string; attempt: number }>(
    /* sql */ `
    select verification.id, verification.attempt
      from verification
      join pipeline_table on pipeline_table.id = verification.pipeline_table_id
      join pipeline on pipeline.id = pipeline_table.pipeline_id
     where ((verification.state = 'waiting'
             and (verification.error_code is null or heartbeat_at < now() - $2::integer * interval '1 second'))
            or (verification.state = 'running' and heartbeat_at < now() - $1::integer * interval '1 second'))
       and pipeline_table.state = 'live' and pipeline.desired_state = 'running' and pipeline.state <> 'needs_attention'
     order by verification.id limit 50`,
    [VERIFY_HEARTBEAT_LOST_S, VERIFY_REST_S],
  );
  return rows.map(({ id, attempt }) => ({ kind: 'verify', id: `verify-${id}-${attempt}`, verificationId: Number(id) }));
}

/** Shows what a pipeline is doing, from the states of its tables and the leases that are held. */
export async function refreshPipelineStates(pool: Pool): Promise<void> {
  await pool.query(/* sql */ `
    with present as (
      select pipeline.id,
             case
               when pipeline.desired_state = 'paused' then 'paused'
               when pipeline.desired_state = 'stopped' and held.any_held then 'stopping'
               when pipeline.desired_state = 'stopped' then 'stopped'
               when not coalesce(tables.started, false) then 'starting'
               when tables.copying then 'copying'
               else 'running'
             end as state
        from pipeline
        cross join lateral (
          select count(*) > 0 as any_held from lease
           where lease.pipeline_id = pipeline.id and lease.expires_at > now()
        ) as held
        cross join lateral (
          select bool_and(state <> 'pending') as started, bool_or(state in ('copying', 'catching_up')) as copying
            from pipeline_table where pipeline_table.pipeline_id = pipeline.id
        ) as tables
       where pipeline.state not in ('draft', 'needs_attention')
          or (pipeline.state = 'draft' and pipeline.desired_state = 'running')
    )
    update pipeline set state = present.state from present
     where pipeline.id = present.id and pipeline.state <> present.state`);
}

/** Runs the comparison once; a failure is logged and the next round tries again. */
export async function reconcile(
  pool: Pool,
  { enqueue, log }: { enqueue: (work: Work) => Promise<void>; log: Log },
): Promise<void> {
  try {
    await refreshPipelineStates(pool);
    for (const work of await findWork(pool)) await enqueue(work);
  } catch (error) {
    log.warn('reconcile failed', { error });
  }
}
