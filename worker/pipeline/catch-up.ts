import { type Lsn, ZERO_LSN } from '@/server/domain/lsn.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import type { CommitState } from '@/worker/buffer/commit-state.ts';
import { readSchema } from '@/worker/buffer/schemas.ts';
import { listSpill, type SpilledBlock } from '@/worker/buffer/spill.ts';
import { type Marker, readMarker } from '@/worker/iceberg/marker.ts';
import type { CommitShift } from './commit.ts';
import type { PipelineTable } from './definition.ts';
import { waitingError } from './follow-schemas.ts';
import { type LakeTarget, loadTargets } from './lake-targets.ts';
import { readParkedKeys } from './parked-keys.ts';
import { sendCommits } from './send-commits.ts';
import { settleJoin } from './settle-join.ts';
import { spilledChanges } from './spilled-changes.ts';
import { assertNotRolledBack, markerMismatch } from './stage-batch-table.ts';
import { stageTable } from './stage-table.ts';
import type { StagedTable } from './staged-table.ts';
import { storeDeadLetters } from './store-dead-letters.ts';

type Progress = { table: PipelineTable; state: CommitState };

/**
 * Brings a table that waited (parked or paused, its copy in the lake long since) up to where the others are: what was kept
 * for it becomes visible in one commit. Each lake table says itself how far it is, so that a mode which had a batch before
 * the other refused it, or an attempt that crashed, gets nothing twice.
 */
export async function catchUp(shift: CommitShift, { table, state }: Progress): Promise<void> {
  const { deps, pipeline, lake, signal, lease } = shift;
  const { pool } = deps.database;
  const startedAt = performance.now();
  const undecided = await waitingError(pool, table.id);
  if (undecided) throw undecided;
  const spill = await listSpill(pool, { tableId: table.id, generation: table.generation });
  const last = spill.at(-1);
  const batchId = `resume-${table.id}-${table.generation}-${last?.id ?? 0n}`;
  const marker: Marker = {
    pipelineId: pipeline.id,
    epoch: state.epoch,
    fromLsn: table.markerLsn ?? state.committedLsn,
    toLsn: state.committedLsn,
    batchId,
    leaseToken: lease.token,
  };
  const schema =
    last && (await readSchema(pool, { pipelineId: pipeline.id, hash: last.schemaHash, cache: shift.schemas }));
  const targets = schema ? await loadTargets(lake, { pipeline, table, schema, signal, lease }) : [];
  const behind = targets.map((target) => ({ target, ...lakeMarker({ target, table, marker }) }));
  // Usually one group: both lake tables stand at the same place.
  const staged: StagedTable[] = [];
  for (const from of new Set(behind.map((one) => one.from))) {
    const blocks = spill.filter((block) => block.toLsn > from);
    if (blocks.length === 0) continue;
    const group = behind.filter((one) => one.from === from).map(({ target }) => target);
    staged.push(await stageGroup(shift, { table, state, targets: group, blocks, from }));
  }
  const parts = [{ table, staged: staged.flatMap((one) => one.targets) }];
  const sent = await sendCommits(shift, { parts, marker });
  const refused = sent.parked[0];
  if (refused) throw refused.error;
  await failpoint('join-sent');
  const isSent = new Set(sent.committed.map((one) => one.staged.target.mode));
  const nulled = new Map<string, number>();
  for (const one of staged)
    for (const [column, count] of one.nulled) nulled.set(column, Math.max(nulled.get(column) ?? 0, count));
  await settleJoin(shift, {
    table,
    marker,
    sent,
    // What the lake tables say of themselves where nothing was sent: an earlier attempt may have moved them.
    landed: behind.flatMap(({ target, batchId: found }) =>
      isSent.has(target.mode) || found === null || found === table.batchIds[target.mode]
        ? []
        : [{ tableId: table.id, target, batchId: found }],
    ),
    rows: BigInt(spill.reduce((sum, block) => sum + block.rows, 0)),
    superseded: staged.flatMap((one) => one.superseded.ids),
    nulled,
    kind: 'stream',
    durationMs: performance.now() - startedAt,
  });
}

type Group = Progress & { targets: readonly LakeTarget[]; blocks: readonly SpilledBlock[]; from: Lsn };

async function stageGroup(shift: CommitShift, { table, state, targets, blocks, from }: Group): Promise<StagedTable> {
  const { deps, lake, signal } = shift;
  const { pool } = deps.database;
  const staged = await stageTable({
    columnar: deps.columnar,
    lake,
    workDir: deps.config.workDir,
    targets,
    parked: await readParkedKeys(pool, { tableId: table.id, epoch: state.epoch, fromLsn: from }),
    blocks: spilledChanges(shift, blocks),
    epoch: state.epoch,
    signal,
  });
  const { rejects, superseded } = staged;
  await storeDeadLetters(pool, { table, epoch: state.epoch, rejects, superseded: superseded.positions });
  return staged;
}

/**
 * How far a lake table is by its own word. It must be where we left it, or further by an attempt of this pipeline that was
 * not settled; anything else was rolled back, replaced or written by another: LAKE_MARKER_MISMATCH.
 */
function lakeMarker({ target, table, marker }: { target: LakeTarget; table: PipelineTable; marker: Marker }): {
  from: Lsn;
  batchId: string | null;
} {
  assertNotRolledBack({ target, table });
  const found = readMarker(target.loaded.metadata);
  const settled = table.batchIds[target.mode];
  if (!found && settled === null) return { from: ZERO_LSN, batchId: null };
  const isOurs = found?.pipelineId === marker.pipelineId && found.epoch === marker.epoch;
  if (isOurs && (found.batchId === settled || found.toLsn > (table.markerLsn ?? ZERO_LSN))) {
    return { from: found.toLsn, batchId: found.batchId };
  }
  throw markerMismatch({ target, table });
}
