import { applicationName, slotName } from '@/server/domain/names.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { openSourceSession } from '@/server/postgres/connect.ts';
import { openSource } from '@/server/sources/open-source.ts';
import { readPipeline } from '@/worker/pipeline/definition.ts';
import { lookAtSlot } from '@/worker/pipeline/look-at-slot.ts';
import { guardFilters } from '@/worker/pipeline/table-filters.ts';
import { reportPipelineError } from '@/worker/runtime/attention.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Looks after the slot of a pipeline that rests: nobody reads it, so that the WAL behind it only grows; and after filters
 * that its publication still has. A paused pipeline
 * whose slot is gone says so now, not when somebody resumes it.
 */
export async function watchRestingSlot(
  deps: WorkerDeps,
  { pipelineId, signal }: { pipelineId: string; signal: AbortSignal },
): Promise<void> {
  const { pool } = deps.database;
  const pipeline = await readPipeline(pool, pipelineId);
  if (!pipeline || signal.aborted) return;
  try {
    const connection = await openSource(deps, pipeline.sourceId);
    await using session = await openSourceSession(connection, {
      applicationName: applicationName(pipelineId, 'control'),
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
    });
    await guardFilters(pool, { pipelineId, client: session.client, log: deps.log });
    const slot = await lookAtSlot(pool, { pipelineId, client: session.client });
    if (pipeline.state !== 'paused') return;
    const name = slotName(pipelineId);
    if (!slot) throw new AppError('SOURCE_SLOT_MISSING', `slot ${name} was dropped while the pipeline was paused`);
    if (slot.walStatus === 'lost') {
      throw new AppError('SOURCE_SLOT_LOST', `slot ${name} was invalidated while the pipeline was paused`);
    }
  } catch (error) {
    const isAnswer = error instanceof AppError && GONE.has(error.code);
    if (isAnswer) await reportPipelineError(pool, { pipelineId, error });
    else deps.log.debug('slot could not be looked at', { pipelineId, error });
  }
}

const GONE: ReadonlySet<string> = new Set(['SOURCE_SLOT_MISSING', 'SOURCE_SLOT_LOST']);
