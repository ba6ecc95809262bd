import { applicationName, publicationName, slotName } from '@/server/domain/names.ts';
import type { Segment } from '@/server/domain/segment.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { ofOurDatabase } from '@/server/errors/of-our-database.ts';
import { openSource } from '@/server/sources/open-source.ts';
import { openAppender } from '@/worker/buffer/append.ts';
import type { Lease } from '@/worker/buffer/lease.ts';
import { readLastSchema } from '@/worker/buffer/schemas.ts';
import { keptColumns } from '@/worker/buffer/told-columns.ts';
import { beatHeart } from '@/worker/pipeline/beat-heart.ts';
import { beginPipelineAnew, untilResyncRequested } from '@/worker/pipeline/begin-pipeline-anew.ts';
import { bufferRoom, capture } from '@/worker/pipeline/capture.ts';
import { readPipeline } from '@/worker/pipeline/definition.ts';
import { inProgressRoom, untilRoomChanges } from '@/worker/pipeline/in-progress-room.ts';
import { maskSalt } from '@/worker/pipeline/mask-salt.ts';
import { provision } from '@/worker/pipeline/provision.ts';
import { keepStartingCopies } from '@/worker/pipeline/start-copies.ts';
import { readRules } from '@/worker/pipeline/table-rules.ts';
import { watchSlot } from '@/worker/pipeline/watch-slot.ts';
import { runShift } from '@/worker/runtime/run-shift.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { openChangeSource } from '@/worker/source/postgres/segments.ts';

/** Segments are cut at whichever comes first. Large enough for few round trips, small enough for four in memory. */
const SEGMENT_LIMITS = { segmentBytesMax: 6 * 1024 * 1024, segmentAgeMsMax: 150, advanceIntervalMs: 1_000 };

/** A stream that has gone on for so long is sound. */
const CALM_MS = 5_000;

/**
 * Reads one pipeline's source into its buffer for the length of a shift, and until what it is reading then is stored: a
 * transaction that takes longer than a shift would begin again in each, for ever.
 */
export async function captureShift(
  deps: WorkerDeps,
  { pipelineId, signal, ...more }: { pipelineId: string; signal: AbortSignal; shiftMs?: number },
): Promise<void> {
  const { log, holder } = deps;
  const spool = { isRefused: false };
  await runShift({
    pool: deps.database.pool,
    log,
    metrics: deps.metrics,
    holder,
    pipelineId,
    role: 'capture',
    signal,
    endsItself: true,
    ...more,
    work: (lease, until, healthy, due) => captureOnce(deps, { pipelineId, lease, signal: until, healthy, due, spool }),
  });
}

type Attempt = {
  pipelineId: string;
  lease: Lease;
  signal: AbortSignal;
  healthy: () => void;
  /** The shift's time is up. */
  due: AbortSignal;
  /** Of the shift: once transactions in progress were too much for the disk, they are read after their commit. */
  spool: { isRefused: boolean };
};

async function captureOnce(
  deps: WorkerDeps,
  { pipelineId, lease, signal, healthy, due, spool }: Attempt,
): Promise<void> {
  const { pool } = deps.database;
  const pipeline = await readPipeline(pool, pipelineId);
  if (!pipeline) return;
  const log = deps.log.child({ pipelineId });
  const connection = await openSource(deps, pipeline.sourceId);
  await beginPipelineAnew({ pool, connection, pipeline, lease, log, signal });
  const provisioned = await provision({ pool, connection, pipeline, lease, log, signal });
  const buffer = await openAppender(pool, {
    lease,
    number: pipeline.number,
    keeper: deps.columnar.localBlocks,
  });

  // Either half failing ends both, so that nothing runs on alone.
  const failed = new AbortController();
  const until = AbortSignal.any([signal, failed.signal]);
  const orStop = async (half: Promise<void>): Promise<void> => {
    try {
      await half;
    } finally {
      failed.abort();
    }
  };
  const bytesMax = pipeline.settings.inProgressBytesMax;
  const inProgress = bytesMax > 0 && !spool.isRefused ? inProgressRoom(deps, { pipelineId, bytesMax }) : null;
  await using source = await openChangeSource({
    connection,
    slot: slotName(pipelineId),
    publication: publicationName(pipelineId),
    from: buffer.tail.lsn,
    endLsn: buffer.tail.endLsn,
    limits: SEGMENT_LIMITS,
    applicationName: applicationName(pipelineId, 'capture'),
    rulesOf: ofOurDatabase((oid) => readRules(pool, { pipelineId, oid })),
    maskSalt: await maskSalt(deps, pipelineId),
    lastSchema: ofOurDatabase((oid) => readLastSchema(pool, { pipelineId, oid })),
    told: keptColumns(pool, { pipelineId, from: buffer.tail.lsn }),
    ...(inProgress ? { inProgress } : {}),
    log,
    signal: until,
  });
  const stored = (segment: Segment): void => {
    healthy();
    deps.arrivals.tell(pipelineId);
    const { capturedRows, capturedBytes, capturedTransactions } = deps.metrics;
    capturedRows.inc({ pipeline: pipelineId }, segment.rows);
    capturedTransactions.inc({ pipeline: pipelineId }, segment.transactions);
    const bytes = segment.blocks.reduce((sum, block) => sum + block.bytes.length, 0);
    capturedBytes.inc({ pipeline: pipelineId }, bytes);
    if (due.aborted && segment.complete && !inProgress?.isUsed()) failed.abort();
  };
  const room = bufferRoom(pool, { pipelineId, bufferBytesMax: pipeline.settings.bufferBytesMax, log });
  // An idle source stores nothing that would show that the stream works again.
  const calm = setTimeout(healthy, CALM_MS);
  const halves = await Promise.allSettled([
    orStop(capture({ source, buffer, room, signal: until, stored })),
    orStop(keepStartingCopies(deps, { pipeline, lease, connection, provisioned, log, signal: until })),
    orStop(untilResyncRequested(pool, { pipelineId, signal: until })),
    orStop(untilRoomChanges(pool, { pipelineId, bytesMax, signal: until })),
    watchSlot(pool, { pipelineId, lease, connection, log, signal: until }),
    beatHeart(pool, { pipelineId, connection, log, signal: until }),
  ]);
  clearTimeout(calm);
  for (const half of halves) {
    if (half.status === 'fulfilled' || signal.aborted) continue;
    if (half.reason instanceof AppError && half.reason.code === 'SOURCE_IN_PROGRESS') spool.isRefused = true;
    throw half.reason;
  }
}
