import type { Pool } from 'pg';

/** One pipeline's figures at one time. Totals count since the pipeline was made. */
export type SampleRow = {
  /** Unix seconds. */
  at: number;
  captured_rows: number;
  committed_rows: number;
  freshness_seconds: number;
  lag_bytes: number;
  lag_seconds: number;
  buffer_bytes: number;
  buffer_rows: number;
  wal_retained_bytes: number | null;
  dead_letters_open: number;
};

type Span = { readonly stepSeconds: number; readonly from: number; readonly to: number };

/** The samples after `from` up to `to`, with some before for the first difference; oldest first. */
export async function readSamples(
  pool: Pool,
  { pipelineId, stepSeconds, from, to }: Span & { readonly pipelineId: string },
): Promise<SampleRow[]> {
  const { rows } = await pool.query<SampleRow>(
    /* sql */ `
    select extract(epoch from at)::float8 as at, captured_rows::float8 as captured_rows,
           committed_rows::float8 as committed_rows, freshness_seconds, lag_bytes::float8 as lag_bytes, lag_seconds,
           buffer_bytes::float8 as buffer_bytes, buffer_rows::float8 as buffer_rows,
           wal_retained_bytes::float8 as wal_retained_bytes, dead_letters_open
      from metric_sample
     where pipeline_id = $1 and step_seconds = $2 and at > to_timestamp($3) - 3 * $2 * interval '1 second'
       and at <= to_timestamp($4)
     order by at`,
    [pipelineId, stepSeconds, from, to],
  );
  return rows;
}

/** Figures over all pipelines at one time; row counts are those of the step that ended then. */
export type OverviewRow = {
  at: number;
  captured_rows: number;
  committed_rows: number;
  worst_freshness_seconds: number | null;
  most_wal_retained_bytes: number | null;
  dead_letters_open: number;
};

/** Oldest first. */
export async function readOverviewSamples(pool: Pool, { stepSeconds, from, to }: Span): Promise<OverviewRow[]> {
  const { rows } = await pool.query<OverviewRow>(
    /* sql */ `
    select extract(epoch from at)::float8 as at, captured_rows::float8 as captured_rows,
           committed_rows::float8 as committed_rows, worst_freshness_seconds,
           most_wal_retained_bytes::float8 as most_wal_retained_bytes, dead_letters_open
      from overview_sample
     where step_seconds = $1 and at > to_timestamp($2) and at <= to_timestamp($3)
     order by at`,
    [stepSeconds, from, to],
  );
  return rows;
}

/** Rows committed in each hour since midnight (UTC), by hour of the day: minutes where they exist, else tens of seconds. */
export async function readRowsOfToday(pool: Pool): Promise<Map<number, number>> {
  const { rows } = await pool.query<{ hour: number; committed: number }>(/* sql */ `
    with today as (select date_trunc('day', now(), 'UTC') as midnight),
         rolled as (select coalesce(max(at), '-infinity') as up_to from overview_sample where step_seconds = 60)
    select extract(hour from (s.at - interval '1 microsecond') at time zone 'UTC')::integer as hour,
           sum(s.committed_rows)::float8 as committed
      from overview_sample s, today, rolled
     where s.at > today.midnight
       and (s.step_seconds = 60 or (s.step_seconds = 10 and s.at > rolled.up_to))
     group by 1`);
  return new Map(rows.map(({ hour, committed }) => [hour, committed]));
}

/** Rows that copies brought to the lake since midnight (UTC). A mirror and a changelog of one copy hold the same rows. */
export async function readRowsCopiedToday(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ copied: number }>(/* sql */ `
    select coalesce(sum(added), 0)::float8 as copied
      from (select max(rows_added) as added from lake_commit
             where kind = 'copy' and committed_at >= date_trunc('day', now(), 'UTC')
             group by pipeline_table_id, batch_id) copy`);
  return rows[0]?.copied ?? 0;
}

export type CommittedRow = { pipeline_id: string; at: number; committed_rows: number };

/** Totals of all pipelines per minute, oldest first. */
export async function readCommittedTotals(
  pool: Pool,
  { from, to }: Omit<Span, 'stepSeconds'>,
): Promise<CommittedRow[]> {
  const { rows } = await pool.query<CommittedRow>(
    /* sql */ `
    select pipeline_id, extract(epoch from at)::float8 as at, committed_rows::float8 as committed_rows
      from metric_sample
     where step_seconds = 60 and at > to_timestamp($1) - interval '3 minutes' and at <= to_timestamp($2)
     order by pipeline_id, at`,
    [from, to],
  );
  return rows;
}
