import { formatLsn, parseLsn, ZERO_LSN } from '@/server/domain/lsn.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import type { CommitState } from '@/worker/buffer/commit-state.ts';
import { readSchema } from '@/worker/buffer/schemas.ts';
import { listSpill } from '@/worker/buffer/spill.ts';
import { type FilteredChanges, filterByKeys, filterByRanges } from '@/worker/columnar/filter-by-snapshot.ts';
import type { LoadedChanges } from '@/worker/columnar/load-changes.ts';
import { readLakeFiles } from '@/worker/columnar/read-lake-files.ts';
import type { Marker } from '@/worker/iceberg/marker.ts';
import type { CommitShift } from './commit.ts';
import { type CopiedChunk, readChunks } from './copied-chunks.ts';
import { CopyRecord } from './copy-record.ts';
import type { PipelineTable } from './definition.ts';
import { type LakeTarget, loadTargets } from './lake-targets.ts';
import { landedUpTo } from './landed-up-to.ts';
import { localFiles } from './local-files.ts';
import { readParkedKeys } from './parked-keys.ts';
import { sendCommits } from './send-commits.ts';
import { settleJoin } from './settle-join.ts';
import { spilledChanges } from './spilled-changes.ts';
import { hasLanded } from './stage-batch-table.ts';
import { stageTable } from './stage-table.ts';
import { storeDeadLetters } from './store-dead-letters.ts';

/**
 * Makes a part that was read again visible, in one commit with all changes that were kept for the table meanwhile.
 *
 * The mirror is where it was when the part was asked for, at P; every transaction up to P is visible to the part's
 * snapshots, since they were taken behind a barrier. So what the mirror has in the part goes, the rows that were read take
 * its place, and the kept changes follow, less those of the part's keys whose transaction the snapshot of the key's range
 * shows. The changelog takes every change that was kept, and the rows that were read as `r` rows in front of them: its
 * history stays whole, and whoever folds it in order ends where the source is.
 */
export async function joinPart(
  shift: CommitShift,
  { table, state }: { table: PipelineTable; state: CommitState },
): Promise<void> {
  const { deps, pipeline, lake, signal, lease } = shift;
  const { pool } = deps.database;
  const startedAt = performance.now();
  const record = CopyRecord.parse(table.copyPlan);
  const chunks = await readChunks(pool, table);
  const kept = await listSpill(pool, { tableId: table.id, generation: table.generation });
  if (kept.some(({ hasTruncate }) => hasTruncate)) {
    throw new AppError('COPY_TORN', 'the table was truncated while a part of it was read');
  }
  const hash = kept.at(-1)?.schemaHash ?? record.schemaHash;
  const schema = await readSchema(pool, { pipelineId: pipeline.id, hash, cache: shift.schemas });
  const batchId = `copy-${table.id}-${table.generation}`;
  const targets = await loadTargets(lake, { pipeline, table, schema, signal, lease });
  const landed = targets.filter((target) => hasLanded({ target, table, batchId }));
  const upTo = landedUpTo(landed, state.committedLsn);
  const spill = kept.filter(({ toLsn }) => toLsn <= upTo);
  const marker: Marker = {
    pipelineId: pipeline.id,
    epoch: state.epoch,
    fromLsn: table.markerLsn ?? upTo,
    toLsn: upTo,
    batchId,
    leaseToken: lease.token,
  };
  const ahead = targets.filter((target) => !landed.includes(target));
  const of = (mode: LakeTarget['mode'], among: readonly LakeTarget[]) => among.filter((one) => one.mode === mode);
  const common = { columnar: deps.columnar, lake, workDir: deps.config.workDir, epoch: state.epoch, signal };
  const changelog = await stageTable({
    ...common,
    targets: of('changelog', ahead),
    blocks: spilledChanges(shift, spill),
    copied: { mirror: [], changelog: chunks.flatMap((chunk) => chunk.changelog) },
  });
  const known = await readParkedKeys(pool, {
    tableId: table.id,
    epoch: state.epoch,
    fromLsn: table.markerLsn ?? ZERO_LSN,
  });
  const own = await ownLetters(shift, { table, startLsn: record.startLsn });
  const parked = known.filter(({ id }) => !own.has(id));
  const isByKey = readsSomeKeys(table);
  const mirror = await stageTable({
    ...common,
    targets: of('mirror', ahead),
    landed: of('mirror', landed),
    parked,
    blocks: spilledChanges(shift, spill),
    copied: { mirror: chunks.flatMap((chunk) => chunk.mirror), changelog: [] },
    part: {
      ranges: isByKey ? null : chunks.map(({ copied: { lower, upper } }) => ({ lower, upper })),
      deletedAt: of('mirror', targets)[0]?.effects?.deletedAt ?? -1,
    },
    filter: async (loaded) => dropSeen(shift, { loaded, chunks, isByKey }),
  });
  const staged = [changelog, mirror];
  for (const { rejects, superseded } of staged) {
    await storeDeadLetters(pool, { table, epoch: state.epoch, rejects, superseded: superseded.positions });
  }
  const parts = [{ table, staged: staged.flatMap((one) => one.targets) }];
  const sent = await sendCommits(shift, { parts, marker });
  const refused = sent.parked[0];
  if (refused) throw refused.error;
  await failpoint('join-sent');
  await settleJoin(shift, {
    table,
    marker,
    sent,
    landed: landed.map((target) => ({ tableId: table.id, target, batchId })),
    rows: BigInt(Math.max(changelog.rows, mirror.rows)),
    superseded: mirror.superseded.ids,
    nulled: mirror.nulled,
    kind: 'copy',
    durationMs: performance.now() - startedAt,
    isBehind: spill.length < kept.length,
  });
}

/** With conditions, or where the mirror keeps what the source has deleted, only the rows that were read are replaced. */
const readsSomeKeys = ({ copyScope, onDelete, onTruncate }: PipelineTable): boolean =>
  (copyScope?.where.length ?? 0) > 0 || onDelete === 'ignore' || onTruncate === 'ignore';

type Seen = { loaded: LoadedChanges; chunks: readonly CopiedChunk[]; isByKey: boolean };

/** Drops what the rows that were read show already. A row that left the part with values of its own makes that impossible. */
async function dropSeen(shift: CommitShift, { loaded, chunks, isByKey }: Seen): Promise<FilteredChanges> {
  const filtered = isByKey
    ? await filterByKeys(loaded, await keysOf(shift, { loaded, chunks }))
    : await filterByRanges(
        loaded,
        chunks.map(({ copied }) => copied),
      );
  if (filtered.torn === 0) return filtered;
  throw new AppError('COPY_TORN', `${filtered.torn} rows moved out of the part while it was read`);
}

async function keysOf({ lake, deps }: CommitShift, { loaded, chunks }: Omit<Seen, 'isByKey'>) {
  const columns = loaded.lake.columns.flatMap((column, index) =>
    loaded.lake.keyFieldIds.includes(column.fieldId) ? [{ column, as: `c${index}` }] : [],
  );
  const copied = chunks.filter(({ mirror }) => mirror.length > 0);
  return Promise.all(
    copied.map(async ({ mirror, copied: snapshot }) => {
      const files = await localFiles(lake.storage, { files: mirror, workDir: deps.config.workDir });
      return { snapshot, keys: readLakeFiles({ files, columns }) };
    }),
  );
}

/** Letters of rows that this reading has parked itself. */
async function ownLetters(
  { deps }: CommitShift,
  { table, startLsn }: { table: PipelineTable; startLsn: string },
): Promise<ReadonlySet<number>> {
  const { rows } = await deps.database.pool.query<{ id: string }>(
    `select id from dead_letter where pipeline_table_id = $1 and op = 'r' and lsn = $2::pg_lsn`,
    [table.id, formatLsn(parseLsn(startLsn))],
  );
  return new Set(rows.map(({ id }) => Number(id)));
}
