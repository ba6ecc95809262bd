import { parseLsn } from '@/server/domain/lsn.ts';
import { AppError, policyOf } from '@/server/errors/app-error.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import { type CommitState, lakePosition } from '@/worker/buffer/commit-state.ts';
import { readSchema } from '@/worker/buffer/schemas.ts';
import { listSpill } from '@/worker/buffer/spill.ts';
import { type FilteredChanges, filterByRanges, filterBySnapshot } from '@/worker/columnar/filter-by-snapshot.ts';
import type { LoadedChanges } from '@/worker/columnar/load-changes.ts';
import { type Marker, readMarker } from '@/worker/iceberg/marker.ts';
import { parkTable } from '@/worker/runtime/attention.ts';
import { catchUp } from './catch-up.ts';
import type { CommitShift } from './commit.ts';
import { type CopiedChunk, readChunks } from './copied-chunks.ts';
import { CopyRecord } from './copy-record.ts';
import type { PipelineTable } from './definition.ts';
import { joinPart } from './join-part.ts';
import { loadTargets } from './lake-targets.ts';
import { landedUpTo } from './landed-up-to.ts';
import { readParkedKeys } from './parked-keys.ts';
import { restartCopy } from './restart-copy.ts';
import { sendCommits } from './send-commits.ts';
import { settleJoin } from './settle-join.ts';
import { spilledChanges } from './spilled-changes.ts';
import { stageNewLife } from './stage-new-life.ts';
import { stageTable } from './stage-table.ts';
import { storeDeadLetters } from './store-dead-letters.ts';

type Progress = { state: CommitState; tables: readonly PipelineTable[] };

/**
 * Lets copied tables join the stream: for each whose copy is done and whose last snapshot the lake's position has
 * passed, the copied files and the changes kept meanwhile become visible in one commit, at exactly that position. No
 * batch is under way then. Returns whether any table joined.
 */
export async function joinCopies(shift: CommitShift, { state, tables }: Progress): Promise<boolean> {
  const position = lakePosition(state);
  const ready = tables.filter(
    (table) =>
      table.state === 'catching_up' &&
      (table.copyEndLsn === null
        ? table.isJoined
        : table.copyEndLsn <= position || (table.isJoined && !table.copyScope)),
  );
  for (const table of ready) {
    if (shift.signal.aborted) break;
    try {
      await wayIn(table)(shift, { table, state });
      shift.log.info('table is live', { table: `${table.schema}.${table.table}` });
    } catch (error) {
      const { code, retry } = policyOf(error);
      if (code === 'COPY_TORN') {
        const { id: tableId, generation } = table;
        await restartCopy(shift.deps, { tableId, generation, error, oneSnapshot: true, log: shift.log });
        continue;
      }
      if (shift.signal.aborted || retry === 'automatic') throw error;
      shift.log.error('copied table cannot join', { table: `${table.schema}.${table.table}`, error });
      const { lease } = shift;
      await parkTable(shift.deps.database.pool, { tableId: table.id, error, lease });
    }
  }
  return ready.length > 0;
}

/** A part that was not read to its end (its table was parked, and is resumed) is given up. */
const wayIn = ({ isJoined, copyScope, copyEndLsn }: PipelineTable) => {
  if (!isJoined) return joinCopy;
  return copyScope && copyEndLsn !== null ? joinPart : catchUp;
};

async function joinCopy(
  shift: CommitShift,
  { table, state }: { table: PipelineTable; state: CommitState },
): Promise<void> {
  const { deps, pipeline, lake, signal, lease } = shift;
  const { pool } = deps.database;
  const startedAt = performance.now();
  const record = CopyRecord.parse(table.copyPlan);
  const chunks = await readChunks(pool, table);
  const kept = await listSpill(pool, { tableId: table.id, generation: table.generation });
  const hash = kept.at(-1)?.schemaHash ?? record.schemaHash;
  const schema = await readSchema(pool, { pipelineId: pipeline.id, hash, cache: shift.schemas });
  // The same after a crash, so that a commit whose answer was lost is recognised.
  const batchId = `copy-${table.id}-${table.generation}`;
  const targets = await loadTargets(lake, { pipeline, table, schema, signal, lease });
  const landed = targets.filter((target) => readMarker(target.loaded.metadata)?.batchId === batchId);
  const upTo = landedUpTo(landed, state.committedLsn);
  const spill = kept.filter(({ toLsn }) => toLsn <= upTo);
  const marker: Marker = {
    pipelineId: pipeline.id,
    epoch: state.epoch,
    fromLsn: upTo,
    toLsn: upTo,
    batchId,
    leaseToken: lease.token,
  };
  const startLsn = parseLsn(record.startLsn);
  const ahead = targets.filter((target) => !landed.includes(target));
  const beginning = await stageNewLife(shift, { targets: ahead, schema, epoch: state.epoch, startLsn });
  const staged = await stageTable({
    columnar: deps.columnar,
    lake,
    workDir: deps.config.workDir,
    targets: ahead,
    landed,
    // Rows that the copy parked; those of an earlier copy were closed when this one was planned.
    parked: await readParkedKeys(pool, { tableId: table.id, epoch: state.epoch, fromLsn: startLsn }),
    blocks: spilledChanges(shift, spill),
    epoch: state.epoch,
    copied: {
      mirror: chunks.flatMap((chunk) => chunk.mirror),
      changelog: [...beginning, ...chunks.flatMap((chunk) => chunk.changelog)],
    },
    filter: (loaded) => dropCopied(loaded, chunks),
    signal,
  });
  await storeDeadLetters(pool, {
    table,
    epoch: state.epoch,
    rejects: staged.rejects,
    superseded: staged.superseded.positions,
  });
  const parts = staged.targets.map((part) =>
    part.target.mode === 'changelog'
      ? { ...part, madeFiles: [...part.madeFiles, ...beginning.map(({ path }) => path)] }
      : part,
  );
  const sent = await sendCommits(shift, { parts: [{ table, staged: parts }], marker });
  const refused = sent.parked[0];
  if (refused) throw refused.error;
  await failpoint('join-sent');
  await settleJoin(shift, {
    table,
    marker,
    sent,
    landed: landed.map((target) => ({ tableId: table.id, target, batchId })),
    rows: BigInt(staged.rows),
    superseded: staged.superseded.ids,
    nulled: staged.nulled,
    kind: 'copy',
    durationMs: performance.now() - startedAt,
    isBehind: spill.length < kept.length,
  });
}

/** What the copy has shown already: by key range where each has its own snapshot, else by the one snapshot of all. */
async function dropCopied(loaded: LoadedChanges, chunks: readonly CopiedChunk[]): Promise<FilteredChanges> {
  const whole = chunks.find((chunk) => chunk.kind === 'whole');
  if (whole) return filterBySnapshot(loaded, whole.copied);
  const filtered = await filterByRanges(
    loaded,
    chunks.map((chunk) => chunk.copied),
  );
  if (filtered.torn === 0) return filtered;
  throw new AppError('COPY_TORN', `${filtered.torn} rows moved between two parts of the copy while it was made`);
}
