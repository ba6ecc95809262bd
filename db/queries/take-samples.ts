import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '@/db/in-transaction.ts';
import { FRESHNESS_SECONDS, IS_AWAITED, LAG_BYTES, LAG_SECONDS, LETTER_IS_OPEN, WAL_RETAINED } from './figures.ts';
import { pruneSamples, rollUpSamples } from './roll-up-samples.ts';

/** Identifies the sampler among advisory locks. */
const SAMPLER_LOCK = 5_172_001;

/**
 * Records the present figures of everything that runs, once per ten seconds whoever calls it and however often: whoever
 * comes first takes the lock and the others go. Then keeps the coarser history and forgets what is too old. Returns whether
 * it recorded something.
 */
export async function takeSamples(pool: Pool): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const at = await dueAt(client);
    if (at !== null) {
      await samplePipelines(client, at);
      await sampleOverview(client, at);
      await rollUpSamples(client);
      await pruneSamples(client);
    }
    return at !== null;
  });
}

/** The present multiple of ten seconds, or null when it is recorded already or somebody is at it. */
async function dueAt(client: PoolClient): Promise<Date | null> {
  const { rows: locks } = await client.query<{ is_ours: boolean }>(`select pg_try_advisory_xact_lock($1) as is_ours`, [
    SAMPLER_LOCK,
  ]);
  if (locks[0]?.is_ours !== true) return null;
  const { rows } = await client.query<{ at: Date }>(/* sql */ `
    select date_bin('10 seconds', now(), 'epoch') as at
     where not exists (select from overview_sample
                        where step_seconds = 10 and at = date_bin('10 seconds', now(), 'epoch'))`);
  return rows[0]?.at ?? null;
}

/** Pipelines that nobody waits for leave a gap. */
async function samplePipelines(client: PoolClient, at: Date): Promise<void> {
  await client.query(
    /* sql */ `
    insert into metric_sample (pipeline_id, step_seconds, at, captured_rows, committed_rows, freshness_seconds, lag_bytes,
                               lag_seconds, buffer_bytes, buffer_rows, wal_retained_bytes, dead_letters_open)
    select p.id, 10, $1, at.captured_rows, coalesce(t.rows_committed, 0), ${FRESHNESS_SECONDS}, ${LAG_BYTES}, ${LAG_SECONDS},
           at.buffer_bytes, at.buffer_rows,
           ${WAL_RETAINED}, coalesce(dead.open, 0)
      from pipeline p
      join position at on at.pipeline_id = p.id
      left join (select pipeline_id, sum(rows_committed)::bigint as rows_committed
                   from pipeline_table group by pipeline_id) t on t.pipeline_id = p.id
      left join (select pipeline_table.pipeline_id, count(*) as open
                   from dead_letter join pipeline_table on pipeline_table.id = dead_letter.pipeline_table_id
                  where dead_letter.${LETTER_IS_OPEN} group by pipeline_table.pipeline_id) dead on dead.pipeline_id = p.id
     where ${IS_AWAITED}`,
    [at],
  );
}

/**
 * A total grows from whatever sample of the pipeline came before, of any age, and never shrinks the sum. A pipeline's first
 * sample counts whole, unless the pipeline is older than the history. The source keeps WAL for stopped pipelines, too.
 */
async function sampleOverview(client: PoolClient, at: Date): Promise<void> {
  await client.query(
    /* sql */ `
    insert into overview_sample (step_seconds, at, captured_rows, committed_rows, worst_freshness_seconds,
                                 most_wal_retained_bytes, dead_letters_open)
    select 10, $1,
           coalesce(sum(greatest(s.captured_rows - coalesce(before.captured_rows, first.captured_rows), 0)), 0),
           coalesce(sum(greatest(s.committed_rows - coalesce(before.committed_rows, first.committed_rows), 0)), 0),
           max(s.freshness_seconds),
           (select max(${WAL_RETAINED}) from pipeline p join position at on at.pipeline_id = p.id
             where p.desired_state <> 'deleted'),
           (select count(*) from dead_letter where ${LETTER_IS_OPEN})
      from metric_sample s
      join pipeline p on p.id = s.pipeline_id
     cross join lateral (
       select case when p.created_at > now() - interval '1 hour' then 0 else s.captured_rows end as captured_rows,
              case when p.created_at > now() - interval '1 hour' then 0 else s.committed_rows end as committed_rows
     ) first
      left join lateral (
        select * from (values (10), (60), (3600)) as steps (step)
         cross join lateral (
           select m.at, m.captured_rows, m.committed_rows from metric_sample m
            where m.pipeline_id = s.pipeline_id and m.step_seconds = steps.step and m.at < $1
            order by m.at desc limit 1
         ) latest
         order by latest.at desc limit 1
      ) before on true
     where s.step_seconds = 10 and s.at = $1`,
    [at],
  );
}
