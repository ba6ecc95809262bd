import type { PoolClient } from 'pg';

/** The history gets coarser with age: steps in seconds and how long each is kept. */
const KEPT = [
  { step: 10, keep: '1 day' },
  { step: 60, keep: '7 days' },
  { step: 3600, keep: '400 days' },
] as const;
const MARKS_KEPT = '90 days';

/**
 * Makes minutes out of finished tens of seconds and hours out of finished minutes, from where it ended last time. Safe to
 * repeat. The overview has a row for each step in which a worker ran, so it tells how far that is.
 */
export async function rollUpSamples(client: PoolClient): Promise<void> {
  await rollUp(client, { from: 10, to: 60 });
  await rollUp(client, { from: 60, to: 3600 });
}

async function rollUp(client: PoolClient, { from, to }: { from: number; to: number }): Promise<void> {
  const { rows } = await client.query<{ after: string; through: string }>(
    /* sql */ `
    select coalesce((select max(at) from overview_sample where step_seconds = $2), '-infinity')::text as after,
           date_bin($2::integer * interval '1 second', max(at), 'epoch')::text as through
      from overview_sample where step_seconds = $1 having max(at) is not null`,
    [from, to],
  );
  const [span] = rows;
  if (!span) return;
  const values = [from, to, span.after, span.through];
  await client.query(
    /* sql */ `
    insert into metric_sample (pipeline_id, step_seconds, at, captured_rows, committed_rows, freshness_seconds, lag_bytes,
                               lag_seconds, buffer_bytes, buffer_rows, wal_retained_bytes, dead_letters_open)
    select pipeline_id, $2::integer, ${ENDS_AT}, max(captured_rows), max(committed_rows), max(freshness_seconds), max(lag_bytes),
           max(lag_seconds), max(buffer_bytes), max(buffer_rows), max(wal_retained_bytes), max(dead_letters_open)
      from metric_sample
     where step_seconds = $1 and at > $3::timestamptz and at <= $4::timestamptz
     group by 1, 3
    on conflict do nothing`,
    values,
  );
  await client.query(
    /* sql */ `
    insert into overview_sample (step_seconds, at, captured_rows, committed_rows, worst_freshness_seconds,
                                 most_wal_retained_bytes, dead_letters_open)
    select $2::integer, ${ENDS_AT}, sum(captured_rows), sum(committed_rows), max(worst_freshness_seconds),
           max(most_wal_retained_bytes), max(dead_letters_open)
      from overview_sample
     where step_seconds = $1 and at > $3::timestamptz and at <= $4::timestamptz
     group by 2
    on conflict do nothing`,
    values,
  );
}

/** The end of the coarser step that a sample belongs to; a sample at that end still does. */
const ENDS_AT = `date_bin($2::integer * interval '1 second', at - interval '1 microsecond', 'epoch') + $2::integer * interval '1 second'`;

/** Forgets samples and marks that nobody asks for any more. */
export async function pruneSamples(client: PoolClient): Promise<void> {
  for (const { step, keep } of KEPT) {
    for (const table of ['metric_sample', 'overview_sample']) {
      await client.query(`delete from ${table} where step_seconds = $1 and at < now() - $2::interval`, [step, keep]);
    }
  }
  await client.query(`delete from pipeline_mark where at < now() - $1::interval`, [MARKS_KEPT]);
}
