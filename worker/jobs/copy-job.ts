import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { formatLsn, parseLsn } from '@/server/domain/lsn.ts';
import { applicationName } from '@/server/domain/names.ts';
import { policyOf } from '@/server/errors/app-error.ts';
import { openSourceSession } from '@/server/postgres/connect.ts';
import { openSource } from '@/server/sources/open-source.ts';
import { type ClaimedChunk, copyTableChunk } from '@/worker/pipeline/copy-table-chunk.ts';
import { readPipeline, readTable } from '@/worker/pipeline/definition.ts';
import { parkTable } from '@/worker/runtime/attention.ts';
import { COPY_HEARTBEAT_LOST_S } from '@/worker/runtime/reconcile.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';

const HEARTBEAT_MS = 4_000;

/** Copies one chunk of a table, if nobody else does; the last one to finish ends the copy. */
export async function copyJob(
  deps: WorkerDeps,
  { chunkId, signal }: { chunkId: number; signal: AbortSignal },
): Promise<void> {
  const { pool } = deps.database;
  const worker = `${deps.holder}.${randomUUID()}`;
  const chunk = await claim(pool, { chunkId, worker });
  if (!chunk) return;
  const log = deps.log.child({ tableId: chunk.tableId, chunk: chunk.ordinal });
  using heart = keepBeating(pool, { chunkId, worker });
  try {
    await copyTableChunk(deps, { chunk, worker, signal: AbortSignal.any([signal, heart.signal]) });
    await endCopyIfDone(deps, chunk.tableId);
  } catch (error) {
    await release(pool, { chunkId, worker });
    if (signal.aborted || heart.signal.aborted) return;
    log.warn('chunk was not copied', { error });
    if (policyOf(error).retry === 'automatic') return;
    await parkTable(pool, { tableId: chunk.tableId, error });
  }
}

async function claim(
  pool: Pool,
  { chunkId, worker }: { chunkId: number; worker: string },
): Promise<ClaimedChunk | null> {
  const { rows } = await pool.query<{ id: string; pipeline_table_id: string; ordinal: number; range: unknown }>(
    /* sql */ `
    update copy_chunk set state = 'running', worker = $2, heartbeat_at = now(), attempt = attempt + 1
     where id = $1 and (state = 'pending' or (state = 'running' and heartbeat_at < now() - $3 * interval '1 second'))
    returning id, pipeline_table_id, ordinal, range`,
    [chunkId, worker, COPY_HEARTBEAT_LOST_S],
  );
  const row = rows[0];
  if (!row) return null;
  return { id: Number(row.id), tableId: Number(row.pipeline_table_id), ordinal: row.ordinal, range: row.range };
}

/** Says that the chunk is worked on; aborts when it was taken away (another worker, a stop, a new copy). */
function keepBeating(
  pool: Pool,
  { chunkId, worker }: { chunkId: number; worker: string },
): { signal: AbortSignal } & Disposable {
  const lost = new AbortController();
  const beat = async () => {
    const { rowCount } = await pool.query(
      /* sql */ `
      update copy_chunk set heartbeat_at = now()
        from pipeline_table, pipeline
       where copy_chunk.id = $1 and copy_chunk.worker = $2 and copy_chunk.state = 'running'
         and pipeline_table.id = copy_chunk.pipeline_table_id and pipeline_table.generation = copy_chunk.generation
         and pipeline_table.state = 'copying'
         and pipeline.id = pipeline_table.pipeline_id and pipeline.desired_state = 'running'`,
      [chunkId, worker],
    );
    if (rowCount !== 1) lost.abort();
  };
  // A beat that fails is followed by the next; silence beyond the limit lets another worker claim the chunk.
  const timer = setInterval(() => void beat().catch(() => undefined), HEARTBEAT_MS);
  return { signal: lost.signal, [Symbol.dispose]: () => clearInterval(timer) };
}

async function release(pool: Pool, { chunkId, worker }: { chunkId: number; worker: string }): Promise<void> {
  await pool.query(
    `update copy_chunk set state = 'pending', worker = null where id = $1 and worker = $2 and state = 'running'`,
    [chunkId, worker],
  );
}

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
