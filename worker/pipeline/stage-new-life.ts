import type { DataFile } from '@/server/domain/iceberg/data-file.ts';
import { type Lsn, toLsn } from '@/server/domain/lsn.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import type { ChangeBlock } from '@/worker/columnar/load-changes.ts';
import type { CommitShift } from './commit.ts';
import type { LakeTarget } from './lake-targets.ts';
import { stageTable } from './stage-table.ts';

type Options = {
  readonly targets: readonly LakeTarget[];
  readonly schema: TableSchema;
  readonly epoch: number;
  /** Position of the copy's rows. */
  readonly startLsn: Lsn;
};

/**
 * The row that begins a table's next life in a changelog that has rows of an earlier one: a truncate right before the
 * copy's rows. Whoever folds the changelog in order drops what was before and takes the copy, exactly as the mirror does.
 * Nothing for a changelog without rows.
 */
export async function stageNewLife(
  { deps, lake, signal }: CommitShift,
  { targets, schema, epoch, startLsn }: Options,
): Promise<readonly DataFile[]> {
  const changelog = targets.find(({ mode }) => mode === 'changelog');
  if (!changelog || (changelog.loaded.metadata['current-snapshot-id'] ?? -1n) === -1n) return [];
  const { targets: staged } = await stageTable({
    columnar: deps.columnar,
    lake,
    workDir: deps.config.workDir,
    targets: [changelog],
    blocks: truncateRow(schema, startLsn),
    epoch,
    signal,
  });
  return staged.flatMap(({ changes }) => changes.addDataFiles);
}

/** Log positions are multiples of eight, so that no transaction of the source has the one before the copy's. */
async function* truncateRow(schema: TableSchema, startLsn: Lsn): AsyncGenerator<ChangeBlock> {
  const timeUs = BigInt(Date.now()) * 1000n;
  const meta = ['t', toLsn(startLsn - 1n), 0, timeUs, 0, ''].join(',');
  yield { schema, bytes: Buffer.from(`${meta}${','.repeat(schema.columns.length)}\n`, 'latin1'), rows: 1 };
}
