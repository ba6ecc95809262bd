import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { policyOf } from '@/server/errors/app-error.ts';
import type { ErrorCode } from '@/server/errors/codes.ts';
import { type ClaimedChunk, copyTableChunk } from '@/worker/pipeline/copy-table-chunk.ts';
import { endCopyIfDone } from '@/worker/pipeline/end-copy.ts';
import { restartCopy } from '@/worker/pipeline/restart-copy.ts';
import { parkTable, reportCopyError } from '@/worker/runtime/attention.ts';
import { COPY_HEARTBEAT_LOST_S, chunksToCopy } from '@/worker/runtime/reconcile.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';

const HEARTBEAT_MS = 4_000;
/** What was copied so far does not belong together with what would follow. */
const COPY_ENDING: ReadonlySet<ErrorCode> = new Set(['SOURCE_TABLE_CHANGED', 'SOURCE_SNAPSHOT_LOST']);

/**
 * Copies one chunk of a table, if nobody else does, and then whichever waits next: a place that waits for the reconciler
 * stands empty for up to a second per chunk.
 */
export async function copyJob(
  deps: WorkerDeps,
  { chunkId, signal }: { chunkId: number; signal: AbortSignal },
): Promise<void> {
  let next: number | undefined = chunkId;
  while (next !== undefined && !signal.aborted) {
    const isCopied = await copyChunk(deps, { chunkId: next, signal });
    next = isCopied ? (await chunksToCopy(deps.database.pool))[0]?.chunkId : undefined;
  }
}

/** The last one to finish ends the copy. False when the chunk was somebody else's, or failed. */
async function copyChunk(
  deps: WorkerDeps,
  { chunkId, signal }: { chunkId: number; signal: AbortSignal },
): Promise<boolean> {
  const { pool } = deps.database;
  const worker = `${deps.holder}.${randomUUID()}`;
  const chunk = await claim(pool, { chunkId, worker });
  if (!chunk) return false;
  const log = deps.log.child({ tableId: chunk.tableId, chunk: chunk.ordinal });
  using heart = keepBeating(pool, { chunkId, worker });
  try {
    await copyTableChunk(deps, { chunk, worker, signal: AbortSignal.any([signal, heart.signal]) });
    await endCopyIfDone(pool, chunk.tableId);
    return true;
  } catch (error) {
    await release(pool, { chunkId, worker });
    if (signal.aborted || heart.signal.aborted) return false;
    log.warn('chunk was not copied', { error });
    const { code, retry } = policyOf(error);
    if (COPY_ENDING.has(code)) await restartCopy(deps, { ...chunk, error, log });
    else if (retry === 'automatic') await reportCopyError(pool, { ...chunk, error });
    else await parkTable(pool, { ...chunk, error });
    return false;
  }
}

async function claim(
  pool: Pool,
  { chunkId, worker }: { chunkId: number; worker: string },
): Promise<ClaimedChunk | null> {
  const { rows } = await pool.query<ChunkRow>(
    /* sql */ `
    update copy_chunk set state = 'running', worker = $2, heartbeat_at = now(), attempt = attempt + 1
      from pipeline_table
     where copy_chunk.id = $1 and pipeline_table.id = copy_chunk.pipeline_table_id
       and pipeline_table.generation = copy_chunk.generation and pipeline_table.state = 'copying'
       and (copy_chunk.state = 'pending'
            or (copy_chunk.state = 'running' and heartbeat_at < now() - $3 * interval '1 second'))
    returning copy_chunk.id, pipeline_table_id, copy_chunk.generation, ordinal, range`,
    [chunkId, worker, COPY_HEARTBEAT_LOST_S],
  );
  const row = rows[0];
  if (!row) return null;
  const { generation, ordinal, range } = row;
  return { id: Number(row.id), tableId: Number(row.pipeline_table_id), generation, ordinal, range };
}

type ChunkRow = { id: string; pipeline_table_id: string; generation: number; ordinal: number; range: unknown };

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
         and pipeline.id = pipeline_table.pipeline_id and pipeline.desired_state = 'running'
         and pipeline.state <> 'needs_attention'`,
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
