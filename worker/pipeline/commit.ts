import { randomUUID } from 'node:crypto';
import { identifierText } from '@/server/domain/iceberg/identifier.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import type { Log } from '@/server/platform/logger.ts';
import { sleep } from '@/server/platform/sleep.ts';
import { type CommitState, readCommitState, storeIntent } from '@/worker/buffer/commit-state.ts';
import type { Lease } from '@/worker/buffer/lease.ts';
import { readSegments, type SegmentInfo } from '@/worker/buffer/read.ts';
import { settle, type TableProgress } from '@/worker/buffer/settle.ts';
import type { LoadedTable } from '@/worker/iceberg/catalog/catalog.ts';
import { parkTable } from '@/worker/runtime/attention.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { takeBatch } from './batch-limits.ts';
import { carryOutRequests } from './carry-out-requests.ts';
import { mergeTurns } from './choose-compaction.ts';
import { compactTables } from './compact-tables.ts';
import { type PipelineDefinition, type PipelineTable, readTables } from './definition.ts';
import { entriesOf } from './entries-of.ts';
import { followSchemas } from './follow-schemas.ts';
import { joinCopies } from './join-copies.ts';
import type { Lake } from './lake.ts';
import { type Landed, lakeCommits } from './lake-commits.ts';
import { isGivenUp } from './limit-spill.ts';
import { bufferPruner } from './prune-buffer.ts';
import { replayDeadLetters } from './replay-dead-letters.ts';
import { type Sent, sendCommits } from './send-commits.ts';
import { stageBatchTable, type TablePart } from './stage-batch-table.ts';

/** Between two looks while something waits for its batch to be due, or came a moment ago. */
const LOOK_MS = 100;
const MOMENT_MS = 1_000;
/** While nothing comes: what this process captures is told at once, so this is for requests and for other workers' segments. */
const IDLE_LOOK_MS = 500;
const SEGMENTS_READ_MAX = 2_000;

/** What a commit shift holds for as long as it lasts. */
export type CommitShift = {
  readonly deps: WorkerDeps;
  readonly pipeline: PipelineDefinition;
  readonly lease: Lease;
  readonly lake: Lake;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Tables as the last commit left them, by identifier. Only the lease's holder writes, so they stay true. */
  readonly known: Map<string, LoadedTable>;
  /** Those of them that have been looked at and need no merging. */
  readonly compact: WeakSet<LoadedTable>;
  readonly schemas: Map<string, TableSchema>;
};

/** Buffer to Iceberg, the second half of the story, until told to stop. */
export async function commitUntilStopped(shift: CommitShift, healthy: () => void): Promise<void> {
  const { database, arrivals } = shift.deps;
  const { id } = shift.pipeline;
  const filesToMerge = mergeTurns();
  const prune = bufferPruner(shift);
  let busyAt = performance.now();
  while (!shift.signal.aborted) {
    const count = arrivals.count(id);
    const state = await readCommitState(database.pool, id);
    if (!state) return;
    const hasRun = state.hasErrands && (await runErrands(shift, state));
    const batch = hasRun ? [] : await nextBatch(shift, state);
    if (batch.length > 0) {
      await commitBatch(shift, { state, tables: await readTables(database.pool, id), batch });
    }
    const isBusy = batch.length > 0 || hasRun;
    if (isBusy) healthy();
    const isWaiting = state.tailSeq > state.committedSeq;
    const isMerged = await compactTables(shift, { filesMin: filesToMerge({ isBusy, isWaiting }) });
    await prune(state.committedSeq);
    if (isBusy || isWaiting) busyAt = performance.now();
    if (isBusy || isMerged) continue;
    const ms = performance.now() - busyAt < MOMENT_MS ? LOOK_MS : IDLE_LOOK_MS;
    if (isWaiting) await sleep(ms, shift.signal);
    else await arrivals.next(id, { count, ms, signal: shift.signal });
  }
}

/** What is done between two batches. A replay that a crash interrupted must be settled before anything else moves its lake tables. */
async function runErrands(shift: CommitShift, state: CommitState): Promise<boolean> {
  const asked = await carryOutRequests(shift, state);
  if (state.intent) return asked;
  const tables = await readTables(shift.deps.database.pool, shift.pipeline.id);
  return (await replayDeadLetters(shift, { state, tables })) || (await joinCopies(shift, { state, tables })) || asked;
}

/** The batch that a crash interrupted, exactly; else what is due by the pipeline's limits. */
async function nextBatch(shift: CommitShift, state: CommitState): Promise<readonly SegmentInfo[]> {
  const { pipeline, deps } = shift;
  const throughSeq = state.intent?.toSeq ?? state.tailSeq;
  if (throughSeq <= state.committedSeq) return [];
  const range = { number: pipeline.number, afterSeq: state.committedSeq, throughSeq };
  if (state.intent) return readSegments(deps.database.pool, { ...range, limit: Number.MAX_SAFE_INTEGER });
  let limit = SEGMENTS_READ_MAX;
  for (;;) {
    const segments = await readSegments(deps.database.pool, { ...range, limit });
    // A transaction longer than the look has no end in sight: look further.
    if (segments.length < limit || segments.some((segment) => segment.complete)) {
      return takeBatch(segments, { limits: pipeline.settings, nowMs: Date.now() });
    }
    limit *= 4;
  }
}

type Batch = { state: CommitState; tables: PipelineTable[]; batch: readonly SegmentInfo[] };

/**
 * Commits one batch: remember it, write its files, commit all its tables together, settle it. A crash anywhere repeats
 * the remembered batch; tables that already have it are recognised by their markers. What cannot be committed for
 * good parks its table and keeps its changes aside, and the others go on.
 */
async function commitBatch(shift: CommitShift, { state, tables, batch }: Batch): Promise<void> {
  const { deps, lease, pipeline, log } = shift;
  const { pool } = deps.database;
  const startedAt = performance.now();
  const last = batch.at(-1);
  if (!last) return;
  const batchId = state.intent?.batchId ?? randomUUID();
  await storeIntent(pool, { lease, batchId, toSeq: last.seq });
  await failpoint('intent-stored');

  const touched = await followSchemas(shift, {
    tables: tables.filter((table) => batch.some((segment) => entriesOf(table, segment).length > 0)),
    batch,
  });
  const marker = {
    pipelineId: pipeline.id,
    epoch: state.epoch,
    fromLsn: state.committedLsn,
    toLsn: last.toLsn,
    batchId,
    leaseToken: lease.token,
  };
  const parts: TablePart[] = [];
  const waiting = touched.filter((table) => table.state !== 'live');
  for (const table of touched) {
    if (table.state !== 'live') continue;
    const part = await stageBatchTable(shift, { table, batch, marker });
    if (part.outcome === 'staged') parts.push(part);
    else {
      await parkTable(pool, { tableId: table.id, error: part.error, lease });
      waiting.push(table);
    }
  }
  const sent = await sendCommits(shift, { parts, marker });
  for (const { table, error } of sent.parked) {
    await parkTable(pool, { tableId: table.id, error, lease });
    waiting.push(table);
  }
  await failpoint('batch-committed');
  const durationMs = performance.now() - startedAt;
  await settle(pool, {
    lease,
    number: pipeline.number,
    segments: batch,
    committed: progress(parts, sent),
    spilled: waiting
      .filter((table) => !isGivenUp(table))
      .flatMap(({ id, generation, oid, rulesSinceSeq }) =>
        oid === null ? [] : [{ tableId: id, generation, oid, afterSeq: rulesSinceSeq }],
      ),
    history: lakeCommits({ sent, landed: parts.flatMap(landedOf), marker, kind: 'stream', durationMs }),
  });
  await failpoint('batch-settled');
  const { commitSeconds, committedRows, committedBytes } = deps.metrics;
  commitSeconds.observe({ pipeline: pipeline.id }, durationMs / 1000);
  committedRows.inc(
    { pipeline: pipeline.id },
    parts.reduce((sum, part) => sum + part.rows, 0),
  );
  committedBytes.inc(
    { pipeline: pipeline.id },
    sent.committed.reduce((sum, { staged }) => sum + Number(staged.bytesAdded), 0),
  );
  log.debug('batch committed', {
    batchId,
    rows: batch.reduce((sum, segment) => sum + segment.rows, 0),
    tables: sent.committed.map(({ staged }) => identifierText(staged.target.identifier)),
    durationMs: Math.round(durationMs),
  });
}

function progress(parts: readonly TablePart[], { committed, parked }: Sent): TableProgress[] {
  const isParked = new Set(parked.map(({ table }) => table.id));
  return parts
    .filter((part) => !isParked.has(part.table.id))
    .map((part) => {
      const mine = committed.filter(({ table }) => table.id === part.table.id);
      const modes = new Set([...mine.map(({ staged }) => staged.target.mode), ...part.landed.map(({ mode }) => mode)]);
      return {
        tableId: part.table.id,
        rows: BigInt(part.rows),
        superseded: part.superseded,
        nulled: part.nulled,
        batchIds: Object.fromEntries([...modes].map((mode) => [mode, part.batchId])),
      };
    });
}

const landedOf = ({ table, landed, batchId }: TablePart): Landed[] =>
  landed.map((target) => ({ tableId: table.id, target, batchId }));
