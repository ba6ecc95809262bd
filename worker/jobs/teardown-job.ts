import type { Client } from 'pg';
import { leftOnSource } from '@/server/domain/left-on-source.ts';
import { applicationName, publicationName, slotName } from '@/server/domain/names.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import { openSourceSession } from '@/server/postgres/connect.ts';
import { openSource } from '@/server/sources/open-source.ts';
import { acquireLease, type Lease, type LeaseRole, releaseLease } from '@/worker/buffer/lease.ts';
import { dropSegmentTables } from '@/worker/buffer/segment-tables.ts';
import { readPipeline } from '@/worker/pipeline/definition.ts';
import { removeStagedCopies } from '@/worker/pipeline/remove-staged-copies.ts';
import { reportPipelineError } from '@/worker/runtime/attention.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { dropPublication } from '@/worker/source/postgres/publication.ts';
import { dropSlot } from '@/worker/source/postgres/slot.ts';

const LEASE_TTL_MS = 60_000;
/** A source that falls silent must not hold the leases of a teardown. */
const ANSWER_MS = 20_000;
/** What a source that is forgotten may take to let go after all. */
const FORGOTTEN_SOURCE_MS = 15_000;
const ROLES: readonly LeaseRole[] = ['capture', 'commit'];

type Teardown = { pipelineId: string; signal: AbortSignal };

/**
 * Removes what a deleted pipeline owns: sessions, slot and publication on the source, files of copies that never joined,
 * segment tables here, and last its row. Under both leases, so that nobody commits or captures any more. What the source
 * does not let go of stays on record with the reason, and is tried again. Lake tables are the readers' and stay.
 */
export async function tearDown(deps: WorkerDeps, { pipelineId, signal }: Teardown): Promise<void> {
  const { pool } = deps.database;
  const pipeline = await readPipeline(pool, pipelineId);
  if (pipeline?.desiredState !== 'deleted') return;
  const leases: Lease[] = [];
  try {
    for (const role of ROLES) {
      const holder = `${deps.holder}.teardown`;
      const lease = await acquireLease(pool, { pipelineId, role, holder, ttlMs: LEASE_TTL_MS });
      if (!lease) return;
      leases.push(lease);
    }
    await failpoint('teardown-begun');
    if (pipeline.forgetsSource) await askSourceOnce(deps, { pipelineId, sourceId: pipeline.sourceId, signal });
    else await releaseSource(deps, { pipelineId, sourceId: pipeline.sourceId, signal });
    await failpoint('source-released');
    await removeStagedCopies(deps, { pipeline, signal }).catch((error: unknown) => {
      if (!signal.aborted) deps.log.warn('files of copies are left behind', { pipelineId, error });
    });
    signal.throwIfAborted();
    await dropSegmentTables(pool, pipeline.number);
    await pool.query(`delete from pipeline where id = $1 and desired_state = 'deleted'`, [pipelineId]);
    deps.log.info('pipeline torn down', { pipelineId });
  } catch (error) {
    if (signal.aborted) return;
    deps.log.warn('pipeline not torn down yet', { pipelineId, error });
    await reportPipelineError(pool, { pipelineId, error });
  } finally {
    for (const lease of leases) await releaseLease(pool, lease).catch(() => undefined); // runs out by itself
  }
}

/** A source that is gone for good keeps nothing; one that is only away keeps what the log then names. */
async function askSourceOnce(deps: WorkerDeps, options: Teardown & { sourceId: string }): Promise<void> {
  const { pipelineId, signal } = options;
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(FORGOTTEN_SOURCE_MS)]);
  await releaseSource(deps, { ...options, signal: inTime }).catch((error: unknown) => {
    signal.throwIfAborted();
    deps.log.warn('a source is forgotten', { pipelineId, ...leftOnSource(pipelineId), error });
  });
}

/** Tries each part, whatever became of the others. Throws SOURCE_NOT_RELEASED with what is left and how to remove it. */
async function releaseSource(
  deps: WorkerDeps,
  { pipelineId, sourceId, signal }: Teardown & { sourceId: string },
): Promise<void> {
  const failures: unknown[] = [];
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failures.push(error);
    }
  };
  await attempt(async () => {
    const connection = await openSource(deps, sourceId);
    const name = applicationName(pipelineId, 'control');
    await using session = await openSourceSession(connection, { applicationName: name, queryTimeoutMs: ANSWER_MS });
    const { client } = session;
    const capture = applicationName(pipelineId, 'capture');
    await attempt(() => endSessions(client, pipelineId));
    await attempt(() => dropSlot(client, { slot: slotName(pipelineId), applicationName: capture, signal }));
    await attempt(() => dropPublication(client, publicationName(pipelineId)));
  });
  signal.throwIfAborted();
  if (failures.length === 0) return;
  const reasons = [...new Set(failures.map((error) => (error instanceof Error ? error.message : String(error))))];
  throw new AppError(
    'SOURCE_NOT_RELEASED',
    `${reasons.join('; ')}. On the source: ${leftOnSource(pipelineId).statements.join(' ')}`,
  );
}

/** Copies and readers of workers that are gone or frozen: nobody else is to end them now. */
async function endSessions(client: Client, pipelineId: string): Promise<void> {
  const ours = (['capture', 'copy', 'control'] as const).map((role) => applicationName(pipelineId, role));
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = ANY($1) AND pid <> pg_backend_pid() AND datname = current_database()`,
    [ours],
  );
}
