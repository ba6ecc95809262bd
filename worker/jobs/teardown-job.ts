import { applicationName, publicationName, slotName } from '@/server/domain/names.ts';
import { openSourceSession } from '@/server/postgres/connect.ts';
import { openSource } from '@/server/sources/open-source.ts';
import { acquireLease, releaseLease } from '@/worker/buffer/lease.ts';
import { dropSegmentTables } from '@/worker/buffer/segment-tables.ts';
import { readPipeline } from '@/worker/pipeline/definition.ts';
import { reportPipelineError } from '@/worker/runtime/attention.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { dropPublication } from '@/worker/source/postgres/publication.ts';
import { dropSlot } from '@/worker/source/postgres/slot.ts';

const LEASE_TTL_MS = 60_000;

/**
 * Removes what a deleted pipeline owns: slot and publication on the source, segment tables here, and last its row. What
 * the source does not let go of stays on record with the reason, and is tried again. Lake tables are the readers' and stay.
 */
export async function tearDown(
  deps: WorkerDeps,
  { pipelineId, signal }: { pipelineId: string; signal: AbortSignal },
): Promise<void> {
  const { pool } = deps.database;
  const pipeline = await readPipeline(pool, pipelineId);
  if (pipeline?.desiredState !== 'deleted') return;
  const holder = `${deps.holder}.teardown`;
  const lease = await acquireLease(pool, { pipelineId, role: 'capture', holder, ttlMs: LEASE_TTL_MS });
  if (!lease) return;
  try {
    const connection = await openSource(deps, pipeline.sourceId);
    await using session = await openSourceSession(connection, {
      applicationName: applicationName(pipelineId, 'control'),
    });
    await dropSlot(session.client, {
      slot: slotName(pipelineId),
      applicationName: applicationName(pipelineId, 'capture'),
      signal,
    });
    await dropPublication(session.client, publicationName(pipelineId));
    await dropSegmentTables(pool, pipeline.number);
    await pool.query(`delete from pipeline where id = $1 and desired_state = 'deleted'`, [pipelineId]);
    deps.log.info('pipeline torn down', { pipelineId });
  } catch (error) {
    await releaseLease(pool, lease);
    if (signal.aborted) return;
    deps.log.warn('pipeline not torn down yet', { pipelineId, error });
    await reportPipelineError(pool, { pipelineId, error });
  }
}
