import { formatLsn, parseLsn } from '@/server/domain/lsn.ts';
import { applicationName } from '@/server/domain/names.ts';
import { openSourceSession } from '@/server/postgres/connect.ts';
import { openSource } from '@/server/sources/open-source.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { readPipeline, readTable } from './definition.ts';

/**
 * With the last chunk done, the source's write position is asked for: every transaction that any of the snapshots shows
 * has been written before it, so from there on the stream alone counts. Safe to repeat.
 */
export async function endCopyIfDone(deps: WorkerDeps, tableId: number): Promise<void> {
  const { pool } = deps.database;
  const { rowCount } = await pool.query(
    /* sql */ `
    select 1 from pipeline_table
     where id = $1 and state = 'copying'
       and exists (select 1 from copy_chunk where pipeline_table_id = $1 and generation = pipeline_table.generation)
       and not exists (select 1 from copy_chunk
                        where pipeline_table_id = $1 and generation = pipeline_table.generation and state <> 'done')`,
    [tableId],
  );
  if (rowCount !== 1) return;
  const table = await readTable(pool, tableId);
  const pipeline = table && (await readPipeline(pool, table.pipelineId));
  if (!table || !pipeline) return;
  const connection = await openSource(deps, pipeline.sourceId);
  await using session = await openSourceSession(connection, {
    applicationName: applicationName(pipeline.id, 'control'),
  });
  const { rows } = await session.client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
  const lsn = parseLsn(rows[0]?.lsn ?? '');
  await pool.query(
    /* sql */ `
    update pipeline_table set state = 'catching_up', copy_end_lsn = $3, copy_ended_at = now()
     where id = $1 and generation = $2 and state = 'copying'`,
    [tableId, table.generation, formatLsn(lsn)],
  );
}
