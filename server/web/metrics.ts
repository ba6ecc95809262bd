import { Gauge, Registry } from 'prom-client';
import { readPipelineStatus } from '@/db/queries/read-pipeline-status.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { PIPELINE_STATES } from '@/server/domain/pipeline-state.ts';

const PER_PIPELINE = [
  ['philotes_lag_bytes', 'WAL bytes that are captured and not committed', 'lag_bytes'],
  ['philotes_lag_seconds', 'Commit time between the last captured and the last committed transaction', 'lag_seconds'],
  ['philotes_freshness_seconds', 'Age of what a reader of the lake sees', 'freshness_seconds'],
  ['philotes_source_lag_bytes', 'WAL that the source has written and that is not durable here yet', 'source_lag_bytes'],
  ['philotes_slot_retained_bytes', 'WAL that the source keeps because of the slot', 'slot_retained_bytes'],
  ['philotes_slot_safe_bytes', 'WAL that may still be written before the slot is lost', 'slot_safe_bytes'],
  ['philotes_buffer_bytes', 'Compressed bytes that wait in the buffer', 'buffer_bytes'],
  ['philotes_buffer_segments', 'Segments that wait in the buffer', 'buffer_segments'],
  ['philotes_rows_committed', 'Changes committed to the lake since the pipeline was made', 'rows_committed'],
  ['philotes_dead_letters_open', 'Rows that were parked and not dealt with', 'dead_letters_open'],
  ['philotes_orphan_files', 'Files in the lake that nothing names, as of the last look at each table', 'orphan_files'],
  ['philotes_orphan_bytes', 'Bytes of files in the lake that nothing names', 'orphan_bytes'],
  ['philotes_orphan_files_removed', 'Files that nothing named, removed since the pipeline was made', 'orphans_removed'],
  ['philotes_tables', 'Tables of the pipeline', 'tables'],
  ['philotes_tables_live', 'Tables whose changes are part of every commit', 'tables_live'],
  ['philotes_tables_in_doubt', 'Tables whose mirror may differ from its source', 'tables_in_doubt'],
] as const;

/** What the rows say now, in the Prometheus text format. Figures of dead pipelines vanish with them. */
export async function renderMetrics({ database }: Pick<ControlDeps, 'database'>): Promise<string> {
  const registry = new Registry();
  const rows = await readPipelineStatus(database.pool, null);
  const states = new Gauge({
    name: 'philotes_pipelines',
    help: 'Pipelines by state',
    labelNames: ['state'],
    registers: [registry],
  });
  for (const state of PIPELINE_STATES) states.set({ state }, rows.filter((row) => row.state === state).length);
  for (const [name, help, column] of PER_PIPELINE) {
    const gauge = new Gauge({ name, help, labelNames: ['pipeline'], registers: [registry] });
    for (const row of rows) {
      const value = row[column];
      if (value !== null) gauge.set({ pipeline: row.id }, value);
    }
  }
  return registry.metrics();
}
