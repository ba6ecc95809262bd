import { AppError, policyOf } from '@/server/errors/app-error.ts';
import { expandBlock, readCompressedBlock, type SegmentInfo } from '@/worker/buffer/read.ts';
import { readSchema } from '@/worker/buffer/schemas.ts';
import type { ChangeBlock } from '@/worker/columnar/load-changes.ts';
import { isRolledBack, type Marker, readMarker } from '@/worker/iceberg/marker.ts';
import type { CommitShift } from './commit.ts';
import type { PipelineTable } from './definition.ts';
import { entriesOf } from './entries-of.ts';
import { type LakeTarget, loadTargets } from './lake-targets.ts';
import { readParkedKeys } from './parked-keys.ts';
import { stageTable } from './stage-table.ts';
import type { StagedTarget } from './staged-table.ts';
import { storeDeadLetters } from './store-dead-letters.ts';
import { assertFit } from './table-rules.ts';

/** A table's part of a batch, ready to be sent. */
export type TablePart = {
  readonly outcome: 'staged';
  readonly table: PipelineTable;
  readonly batchId: string;
  readonly staged: readonly StagedTarget[];
  /** Lake tables that have the batch already: an earlier attempt got that far. */
  readonly landed: readonly LakeTarget[];
  readonly rows: number;
  /** Dead letters that the batch makes good in the mirror. */
  readonly superseded: readonly number[];
  readonly nulled: ReadonlyMap<string, number>;
};
export type FailedPart = { readonly outcome: 'failed'; readonly table: PipelineTable; readonly error: unknown };

type Options = { table: PipelineTable; batch: readonly SegmentInfo[]; marker: Marker };

/** Writes the files of one table for a batch. What will pass by itself is thrown; what is wrong for good is returned. */
export async function stageBatchTable(shift: CommitShift, options: Options): Promise<TablePart | FailedPart> {
  try {
    return await stage(shift, options);
  } catch (error) {
    if (shift.signal.aborted || policyOf(error).retry === 'automatic') throw error;
    shift.log.error('table cannot be committed', { table: `${options.table.schema}.${options.table.table}`, error });
    return { outcome: 'failed', table: options.table, error };
  }
}

async function stage(shift: CommitShift, { table, batch, marker }: Options): Promise<TablePart> {
  const { deps, pipeline, lake, signal, known } = shift;
  const { pool } = deps.database;
  const blocks = blocksOf(table, batch);
  const lastHash = blocks.at(-1)?.entry.schema ?? '';
  const schema = await readSchema(pool, { pipelineId: pipeline.id, hash: lastHash, cache: shift.schemas });
  const targets = await loadTargets(lake, { pipeline, table, schema, known, lease: shift.lease, signal });
  const landed = targets.filter((target) => hasLanded({ target, table, batchId: marker.batchId }));
  const {
    targets: staged,
    rejects,
    rows,
    superseded,
    nulled,
  } = await stageTable({
    columnar: deps.columnar,
    lake,
    workDir: deps.config.workDir,
    targets: targets.filter((target) => !landed.includes(target)),
    landed,
    parked: await readParkedKeys(pool, { tableId: table.id, ...marker }),
    blocks: expand(shift, blocks),
    epoch: marker.epoch,
    signal,
  });
  await storeDeadLetters(pool, { table, epoch: marker.epoch, rejects, superseded: superseded.positions });
  return {
    outcome: 'staged',
    table,
    batchId: marker.batchId,
    staged,
    landed,
    rows,
    superseded: superseded.ids,
    nulled,
  };
}

/**
 * The lake table says which batch it was brought to last. It must be the one that we settled last, or the one at hand;
 * anything else means that it was rolled back, replaced or written by another.
 */
export function hasLanded({
  target,
  table,
  batchId,
}: {
  target: LakeTarget;
  table: PipelineTable;
  batchId: string;
}): boolean {
  assertNotRolledBack({ target, table });
  const marker = readMarker(target.loaded.metadata);
  if (marker?.batchId === batchId) return true;
  if ((marker?.batchId ?? null) === table.batchIds[target.mode]) return false;
  throw markerMismatch({ target, table });
}

type Claim = { target: Pick<LakeTarget, 'mode' | 'loaded'>; table: Pick<PipelineTable, 'schema' | 'table'> };

/** Throws LAKE_MARKER_MISMATCH when the table says that it has a batch, and its main branch does not hold it any more. */
export function assertNotRolledBack({ target, table }: Claim): void {
  if (isRolledBack(target.loaded.metadata)) throw markerMismatch({ target, table });
}

export const markerMismatch = ({ target, table }: Claim): AppError =>
  new AppError(
    'LAKE_MARKER_MISMATCH',
    `the ${target.mode} of ${table.schema}.${table.table} is not as this pipeline left it`,
  );

type BlockPlace = { segment: SegmentInfo; entry: SegmentInfo['directory'][number] };

const blocksOf = (table: PipelineTable, batch: readonly SegmentInfo[]): BlockPlace[] =>
  batch.flatMap((segment) => entriesOf(table, segment).map((entry) => ({ segment, entry })));

/** Of blocks this large there is only one in memory. */
const READ_AHEAD_BYTES_MAX = 16 * 1024 * 1024;

/** Reads one block ahead, so that the database works while the columnar engine does. */
async function* expand(shift: CommitShift, blocks: readonly BlockPlace[]): AsyncGenerator<ChangeBlock> {
  const { deps, pipeline } = shift;
  const { pool } = deps.database;
  const read = async ({ segment, entry }: BlockPlace): Promise<ChangeBlock> => {
    const schema = await readSchema(pool, { pipelineId: pipeline.id, hash: entry.schema, cache: shift.schemas });
    assertFit(schema);
    const about = { schema, rows: entry.rows, hasOmitted: entry.omitted ?? false };
    const path = entry.id === undefined ? null : deps.columnar.localBlocks.take(entry.id);
    if (path !== null) return { ...about, path };
    const compressed = await readCompressedBlock(pool, { number: pipeline.number, segment, entry });
    return { ...about, bytes: await expandBlock(compressed) };
  };
  const isLarge = (place: BlockPlace | undefined) => (place?.entry.raw ?? 0) > READ_AHEAD_BYTES_MAX;
  let next: Promise<ChangeBlock> | null = null;
  for (const [index, place] of blocks.entries()) {
    const block = await (next ?? read(place));
    const following = blocks[index + 1];
    next = following && !isLarge(place) && !isLarge(following) ? read(following) : null;
    next?.catch(() => undefined); // met at the next await; until then it must not count as unhandled
    yield block;
  }
}
