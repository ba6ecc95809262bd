import { type PipelineStatusRow, readPipelineStatus } from '@/db/queries/read-pipeline-status.ts';
import {
  type CommitRow,
  readRecentCommits,
  readTableStatus,
  type TableStatusRow,
} from '@/db/queries/read-table-status.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { CommitEntry, PipelineStatus, PipelineSummary, TableStatus } from './pipeline-view.ts';
import { shownError } from './shown-error.ts';
import { slotHealth } from './slot-health.ts';

type Deps = Pick<ControlDeps, 'database'>;
const COMMITS_SHOWN = 40;

/** One pipeline with its tables and latest commits. Throws NOT_FOUND. */
export async function pipelineStatus(
  { database }: Deps,
  actor: Actor,
  { id }: { id: string },
): Promise<PipelineStatus> {
  authorize(actor, 'pipeline:read');
  const [row] = await readPipelineStatus(database.pool, [id]);
  if (!row) throw new AppError('NOT_FOUND', `there is no pipeline ${id}`);
  const tables = await readTableStatus(database.pool, id);
  const commits = await readRecentCommits(database.pool, { pipelineId: id, limit: COMMITS_SHOWN });
  return { ...pipelineSummary(row), tableList: tables.map(tableStatus), commits: commits.map(commitEntry) };
}

/** A row as interfaces show it. */
export const pipelineSummary = (row: PipelineStatusRow): PipelineSummary => ({
  id: row.id,
  name: row.name,
  state: row.state,
  desiredState: row.desired_state,
  namespace: row.namespace,
  version: row.version,
  source: { id: row.source_id, name: row.source_name },
  destination: { id: row.destination_id, name: row.destination_name },
  error: shownError(row),
  position:
    row.tail_lsn === null || row.committed_lsn === null || row.committed_at === null
      ? null
      : {
          epoch: row.epoch ?? 1,
          capturedLsn: row.tail_lsn,
          committedLsn: row.committed_lsn,
          committedAt: row.committed_at.toISOString(),
        },
  lagBytes: row.lag_bytes,
  lagSeconds: row.lag_seconds,
  freshnessSeconds: row.freshness_seconds,
  sourceLagBytes: row.source_lag_bytes,
  slot: slotHealth(row),
  buffer: { bytes: row.buffer_bytes, bytesMax: row.buffer_bytes_max, segments: row.buffer_segments },
  tables: { all: row.tables, live: row.tables_live, needAttention: row.tables_attention, inDoubt: row.tables_in_doubt },
  rowsCommitted: row.rows_committed,
  rowsLastMinute: row.rows_last_minute,
  deadLettersOpen: row.dead_letters_open,
});

/** A table's row as interfaces show it. */
export const tableStatus = (row: TableStatusRow): TableStatus => ({
  id: row.id,
  source: `${row.source_schema}.${row.source_table}`,
  lakeName: row.lake_name,
  modes: [...(row.mirror ? (['mirror'] as const) : []), ...(row.changelog ? (['changelog'] as const) : [])],
  state: row.state,
  requested: row.requested,
  copy: {
    rows: row.copy_rows,
    rowsEstimate: row.copy_rows_estimate,
    startedAt: row.copy_started_at?.toISOString() ?? null,
    endedAt: row.copy_ended_at?.toISOString() ?? null,
  },
  markerLsn: row.marker_lsn,
  markerAt: row.marker_at?.toISOString() ?? null,
  rowsCommitted: row.rows_committed,
  spillBytes: row.spill_bytes,
  deadLettersOpen: row.dead_letters_open,
  nulledValues: row.nulled_values,
  doubts: [...row.doubts],
  error: shownError(row),
});

const commitEntry = (row: CommitRow): CommitEntry => ({
  id: row.id,
  lakeName: row.lake_name,
  mode: row.mode,
  kind: row.kind,
  snapshotId: row.snapshot_id,
  toLsn: row.to_lsn,
  rowsAdded: row.rows_added,
  rowsDeleted: row.rows_deleted,
  bytesAdded: row.bytes_added,
  durationMs: row.duration_ms,
  committedAt: row.committed_at.toISOString(),
});
