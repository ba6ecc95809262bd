import type { Pool } from 'pg';
import type { Doubt } from '@/server/domain/doubt.ts';

/** The tables of one pipeline with what interfaces show of them. */
export type TableStatusRow = {
  id: number;
  source_schema: string;
  source_table: string;
  lake_name: string;
  mirror: boolean;
  changelog: boolean;
  state: string;
  /** What was asked for and is still to be carried out. */
  requested: 'resync' | 'resync-part' | 'remove' | null;
  copy_rows: number;
  copy_rows_estimate: number;
  copy_started_at: Date | null;
  copy_ended_at: Date | null;
  marker_lsn: string | null;
  marker_at: Date | null;
  rows_committed: number;
  spill_bytes: number;
  dead_letters_open: number;
  /** Values that became null because their column's policy says so, by lake column. */
  nulled_values: Record<string, number>;
  doubts: readonly Doubt[];
  error_code: string | null;
  error_message: string | null;
  error_at: Date | null;
};

/** All tables of a pipeline, or some. */
export async function readTableStatus(
  pool: Pool,
  pipelineId: string,
  ids: readonly number[] | null = null,
): Promise<TableStatusRow[]> {
  const { rows } = await pool.query<TableStatusRow>(
    /* sql */ `
    ${SELECT_STATUS} where t.pipeline_id = $1 and ($2::bigint[] is null or t.id = any($2))
     order by t.source_schema, t.source_table`,
    [pipelineId, ids],
  );
  return rows;
}

/** All tables of several pipelines. */
export async function readTableStatusOf(
  pool: Pool,
  pipelineIds: readonly string[],
): Promise<(TableStatusRow & { pipeline_id: string })[]> {
  const { rows } = await pool.query<TableStatusRow & { pipeline_id: string }>(
    /* sql */ `${SELECT_STATUS} where t.pipeline_id = any($1)`,
    [pipelineIds],
  );
  return rows;
}

const SELECT_STATUS = /* sql */ `
    select t.id::float8 as id, t.pipeline_id, t.source_schema, t.source_table, t.lake_name, t.mirror, t.changelog, t.state,
           t.requested ->> 'kind' as requested,
           t.copy_rows::float8 as copy_rows, t.copy_rows_estimate::float8 as copy_rows_estimate,
           t.copy_started_at, t.copy_ended_at, t.marker_lsn::text, t.marker_at,
           t.rows_committed::float8 as rows_committed,
           (select coalesce(sum(octet_length(payload)), 0) from spill_block s
             where s.pipeline_table_id = t.id)::float8 as spill_bytes,
           (select count(*) from dead_letter d
             where d.pipeline_table_id = t.id and d.state in ('open', 'replay_requested'))::integer as dead_letters_open,
           (select coalesce(jsonb_object_agg(n.column_name, n.count), '{}') from nulled_value n
             where n.pipeline_table_id = t.id and n.count > 0) as nulled_values,
           t.doubts,
           t.error_code, t.error_message, t.error_at
      from pipeline_table t`;

/** One Iceberg commit as the history shows it. */
export type CommitRow = {
  id: string;
  table_id: number;
  lake_name: string;
  mode: string;
  kind: string;
  snapshot_id: string;
  to_lsn: string;
  rows_added: number;
  rows_deleted: number;
  bytes_added: number;
  duration_ms: number;
  committed_at: Date;
};

/** The latest commits of one pipeline, newest first. */
export async function readRecentCommits(
  pool: Pool,
  { pipelineId, limit }: { pipelineId: string; limit: number },
): Promise<CommitRow[]> {
  const { rows } = await pool.query<CommitRow>(
    /* sql */ `
    select c.id::text, t.id::float8 as table_id, t.lake_name, c.mode, c.kind, c.snapshot_id, c.to_lsn::text,
           c.rows_added::float8 as rows_added, c.rows_deleted::float8 as rows_deleted,
           c.bytes_added::float8 as bytes_added, c.duration_ms, c.committed_at
      from pipeline_table t
     cross join lateral (
       select id, mode, kind, snapshot_id, to_lsn, rows_added, rows_deleted, bytes_added, duration_ms, committed_at
         from lake_commit where pipeline_table_id = t.id order by committed_at desc limit $2
     ) c
     where t.pipeline_id = $1
     order by c.committed_at desc, c.id desc limit $2`,
    [pipelineId, limit],
  );
  return rows;
}
