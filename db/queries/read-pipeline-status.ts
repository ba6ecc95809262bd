import type { Pool } from 'pg';

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
  rows_committed: number;
  rows_last_minute: number;
  dead_letters_open: number;
};

/**
 * Status of all pipelines, or of some. Lag is what is captured and not committed yet. Freshness is the age of what a reader
 * sees: while nothing waits, since capture last reported that it is at the end; else since the last committed
 * transaction's commit.
 */
export async function readPipelineStatus(pool: Pool, ids: readonly string[] | null): Promise<PipelineStatusRow[]> {
  const { rows } = await pool.query<PipelineStatusRow>(
    /* sql */ `
    select p.id, p.number::integer, p.name, p.state, p.desired_state, p.namespace, p.version::text,
           p.source_id, source.name as source_name, p.destination_id, destination.name as destination_name,
           p.error_code, p.error_message, p.error_at,
           (p.settings->>'bufferBytesMax')::float8 as buffer_bytes_max,
           at.epoch, at.tail_lsn::text, at.committed_lsn::text, at.tail_commit_time, at.committed_commit_time,
           at.committed_at,
           greatest(pg_wal_lsn_diff(at.tail_lsn, at.committed_lsn), 0)::float8 as lag_bytes,
           case when at.tail_lsn > at.committed_lsn
                then greatest(extract(epoch from at.tail_commit_time - at.committed_commit_time), 0) else 0
           end::float8 as lag_seconds,
           greatest(extract(epoch from now() - case when at.tail_lsn > at.committed_lsn
                then at.committed_commit_time else at.updated_at end), 0)::float8 as freshness_seconds,
           greatest(pg_wal_lsn_diff(at.source_lsn, at.tail_end_lsn), 0)::float8 as source_lag_bytes,
           at.slot_wal_status, at.slot_retained_bytes::float8 as slot_retained_bytes,
           at.slot_safe_bytes::float8 as slot_safe_bytes, at.slot_growth, at.slot_checked_at,
           coalesce(at.buffer_bytes, 0)::float8 as buffer_bytes,
           coalesce(greatest(at.tail_seq - at.committed_seq, 0), 0)::float8 as buffer_segments,
           t.tables, t.tables_live, t.tables_attention, t.rows_committed, recent.rows_last_minute, dead.dead_letters_open
      from pipeline p
      join source on source.id = p.source_id
      join destination on destination.id = p.destination_id
      left join position at on at.pipeline_id = p.id
      cross join lateral (
        select count(*)::integer as tables, count(*) filter (where state = 'live')::integer as tables_live,
               count(*) filter (where state = 'needs_attention')::integer as tables_attention,
               coalesce(sum(rows_committed), 0)::float8 as rows_committed
          from pipeline_table where pipeline_table.pipeline_id = p.id
      ) t
      cross join lateral (
        select coalesce(sum(c.rows_added + c.rows_deleted), 0)::float8 as rows_last_minute
          from lake_commit c join pipeline_table on pipeline_table.id = c.pipeline_table_id
         where pipeline_table.pipeline_id = p.id and c.committed_at > now() - interval '1 minute'
           and c.kind <> 'compaction'
      ) recent
      cross join lateral (
        select count(*)::integer as dead_letters_open
          from dead_letter d join pipeline_table on pipeline_table.id = d.pipeline_table_id
         where pipeline_table.pipeline_id = p.id and d.state in ('open', 'replay_requested')
      ) dead
     where p.desired_state <> 'deleted' and ($1::text[] is null or p.id = any($1))
     order by p.name`,
    [ids],
  );
  return rows;
}
