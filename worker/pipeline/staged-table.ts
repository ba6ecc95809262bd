import type { DataFile } from '@/server/domain/iceberg/data-file.ts';
import type { ChangeBlock, LoadedChanges } from '@/worker/columnar/load-changes.ts';
import type { Columnar } from '@/worker/columnar/open-columnar.ts';
import type { ParkedKey, Superseded } from '@/worker/columnar/parked-keys.ts';
import type { Reject } from '@/worker/columnar/reject.ts';
import type { ReplacedPart } from '@/worker/columnar/replaced-rows.ts';
import type { TableChanges } from '@/worker/iceberg/table-changes.ts';
import type { Lake } from './lake.ts';
import type { LakeTarget } from './lake-targets.ts';

/** Where a data file is ended and the next one begun. */
export const DATA_FILE_BYTES_MAX = 256 * 1024 * 1024;

/** One lake table's part of a batch: files in the store, nothing visible yet. */
export type StagedTarget = {
  readonly target: LakeTarget;
  readonly changes: TableChanges;
  /** Files made for this attempt alone: waste when it fails. Those of a table copy are not among them. */
  readonly madeFiles: readonly string[];
  readonly rowsAdded: bigint;
  readonly rowsDeleted: bigint;
  readonly bytesAdded: bigint;
};

export type StagedTable = {
  /** Lake tables that the changes have an effect on. */
  readonly targets: readonly StagedTarget[];
  readonly rows: number;
  readonly rejects: readonly Reject[];
  /** What the batch makes good in the mirror. */
  readonly superseded: Superseded;
  /** Values that became null, by lake column name. */
  readonly nulled: ReadonlyMap<string, number>;
};

export type StageOptions = {
  readonly columnar: Columnar;
  readonly lake: Lake;
  readonly workDir: string;
  readonly targets: readonly LakeTarget[];
  /** Lake tables that have the batch already: it is only looked at once more for what it makes good. */
  readonly landed?: readonly LakeTarget[];
  /** Keys whose lake row is not what it should be. With any of them, inserted keys may be in the lake already. */
  readonly parked?: readonly ParkedKey[];
  readonly blocks: AsyncIterable<ChangeBlock>;
  readonly epoch: number;
  /** Drops changes that a table copy has shown already. */
  readonly filter?: (loaded: LoadedChanges) => Promise<{ readonly rejects: readonly Reject[] }>;
  /** Files of a table copy that become visible in the same commit. */
  readonly copied?: { readonly mirror: readonly DataFile[]; readonly changelog: readonly DataFile[] };
  /** What of the mirror the copied files replace; without it, all. */
  readonly part?: ReplacedPart;
  readonly signal: AbortSignal;
};

/** A lake table that is staged, and the folder for its files. */
export type Part = { readonly target: LakeTarget; readonly outDir: string };

/** What the target's commit will add up to. */
export function summed(options: {
  target: LakeTarget;
  changes: TableChanges;
  made: readonly DataFile[];
  rowsDeleted: number;
}): StagedTarget {
  const { target, changes, made, rowsDeleted } = options;
  const { addDataFiles, addDeleteFiles } = changes;
  const rowsAdded = addDataFiles.reduce((sum, file) => sum + BigInt(file.rows), 0n);
  const bytesAdded = [...addDataFiles, ...addDeleteFiles].reduce((sum, file) => sum + BigInt(file.bytes), 0n);
  return {
    target,
    changes,
    madeFiles: made.map((file) => file.path),
    rowsAdded,
    rowsDeleted: BigInt(rowsDeleted),
    bytesAdded,
  };
}

/** Whether there is anything to commit. */
export const hasEffect = ({ addDataFiles, addDeleteFiles, removePaths }: TableChanges): boolean =>
  addDataFiles.length + addDeleteFiles.length + removePaths.size > 0;
