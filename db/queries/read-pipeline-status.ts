import type { Pool } from 'pg';
import { FRESHNESS_SECONDS, IS_AWAITED, LAG_BYTES, LAG_SECONDS, LETTER_IS_OPEN } from './figures.ts';

/** Pipelines as stored, with the figures that interfaces show. LSNs are PostgreSQL's text, times ISO, counters numbers. */
export type PipelineStatusRow = {
  id: string;
  number: number;
  name: string;
  state: string;
  desired_state: 'stopped' | 'running' | 'paused';
  namespace: string;
  version: string;
  source_id: string;
  source_name: string;
  destination_id: string;
  destination_name: string;
  error_code: string | null;
  error_message: string | null;
  error_at: Date | null;
  buffer_bytes_max: number | null;
  epoch: number | null;
  tail_lsn: string | null;
  committed_lsn: string | null;
  tail_commit_time: Date | null;
  committed_commit_time: Date | null;
  committed_at: Date | null;
  lag_bytes: number | null;
  lag_seconds: number | null;
  freshness_seconds: number | null;
  /** WAL between the source's write position and what is durable here, as of the last look at the source. */
  source_lag_bytes: number | null;
  slot_wal_status: string | null;
  slot_retained_bytes: number | null;
  slot_safe_bytes: number | null;
  slot_growth: number | null;
  slot_checked_at: Date | null;
  buffer_bytes: number;
  buffer_segments: number;
  tables: number;
  tables_live: number;
  tables_attention: number;
  tables_in_doubt: number;
  rows_committed: number;
  rows_last_minute: number;
  dead_letters_open: number;
  /** Files that nothing names, as of the last look at each table, and what was removed so far. */
  orphan_files: number;
  orphan_bytes: number;
  orphans_removed: number;
};

/**
 * Status of all pipelines, or of some. Lag is what is captured and not committed yet; a pipeline that was stopped has none. Freshness is the age of what a reader
 * sees: while nothing waits, since capture last reported that it is at the end; else since the last committed
 * transaction's commit. The rows of the last minute come from the samples that charts show. Sums are made over sets, so that a thousand pipelines cost one pass each.
 */
export async function readPipelineStatus(pool: Pool, ids: readonly string[] | null): Promise<PipelineStatusRow[]> {
  const { rows } = await pool.query<PipelineStatusRow>(
    /* sql */ `
    with chosen as materialized (
      select id, pipeline_id, state, doubts, rows_committed, orphan_files, orphan_bytes, orphans_removed from pipeline_table
       where $1::text[] is null or pipeline_id = any($1)
    ), t as (
      select pipeline_id, count(*)::integer as tables, count(*) filter (where state = 'live')::integer as tables_live,
             count(*) filter (where state = 'needs_attention')::integer as tables_attention,
             count(*) filter (where doubts <> '[]' and state <> 'needs_attention')::integer as tables_in_doubt,
             sum(rows_committed)::float8 as rows_committed, sum(orphan_files)::float8 as orphan_files,
             sum(orphan_bytes)::float8 as orphan_bytes, sum(orphans_removed)::float8 as orphans_removed
        from chosen group by pipeline_id
    ), recent as (
      select pipeline_id, 60 * greatest((array_agg(committed_rows order by at desc))[1] - (array_agg(committed_rows order by at))[1], 0)
                          / nullif(extract(epoch from max(at) - min(at)), 0)::float8 as rows_last_minute
        from metric_sample
       where step_seconds = 10 and at > now() - interval '75 seconds' and ($1::text[] is null or pipeline_id = any($1))
       group by pipeline_id
    ), dead as (
      select chosen.pipeline_id, count(*)::integer as dead_letters_open
        from dead_letter d join chosen on chosen.id = d.pipeline_table_id
       where d.${LETTER_IS_OPEN}
       group by chosen.pipeline_id
    )
    select p.id, p.number::integer, p.name, p.state, p.desired_state, p.namespace, p.version::text,
           p.source_id, source.name as source_name, p.destination_id, destination.name as destination_name,
           p.error_code, p.error_message, p.error_at,
           (p.settings->>'bufferBytesMax')::float8 as buffer_bytes_max,
           at.epoch, at.tail_lsn::text, at.committed_lsn::text, at.tail_commit_time, at.committed_commit_time,
           at.committed_at,
           case when ${IS_AWAITED} then ${LAG_BYTES} end::float8 as lag_bytes,
           case when ${IS_AWAITED} then ${LAG_SECONDS} end::float8 as lag_seconds,
           case when ${IS_AWAITED} then ${FRESHNESS_SECONDS} end::float8 as freshness_seconds,
           greatest(pg_wal_lsn_diff(at.source_lsn, at.tail_end_lsn), 0)::float8 as source_lag_bytes,
           at.slot_wal_status, at.slot_retained_bytes::float8 as slot_retained_bytes,
           at.slot_safe_bytes::float8 as slot_safe_bytes, at.slot_growth, at.slot_checked_at,
           coalesce(at.buffer_bytes, 0)::float8 as buffer_bytes,
           coalesce(greatest(at.tail_seq - at.committed_seq, 0), 0)::float8 as buffer_segments,
           coalesce(t.tables, 0) as tables, coalesce(t.tables_live, 0) as tables_live,
           coalesce(t.tables_attention, 0) as tables_attention, coalesce(t.tables_in_doubt, 0) as tables_in_doubt, coalesce(t.rows_committed, 0) as rows_committed,
           coalesce(recent.rows_last_minute, 0) as rows_last_minute, coalesce(dead.dead_letters_open, 0) as dead_letters_open,
           coalesce(t.orphan_files, 0) as orphan_files, coalesce(t.orphan_bytes, 0) as orphan_bytes,
           coalesce(t.orphans_removed, 0) as orphans_removed
      from pipeline p
      join source on source.id = p.source_id
      join destination on destination.id = p.destination_id
      left join position at on at.pipeline_id = p.id
      left join t on t.pipeline_id = p.id
      left join recent on recent.pipeline_id = p.id
      left join dead on dead.pipeline_id = p.id
     where p.desired_state <> 'deleted' and ($1::text[] is null or p.id = any($1))
     order by p.name`,
    [ids],
  );
  return rows;
}
