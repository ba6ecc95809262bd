import type { DataFile } from '@/server/domain/iceberg/data-file.ts';
import type { SnapshotOperation } from '@/server/domain/iceberg/metadata.ts';

/** What one snapshot does to a table's files. All added files are already in the store. */
export type TableChanges = {
  readonly operation: SnapshotOperation;
  readonly addDataFiles: readonly DataFile[];
  /** They apply to older data and, position deletes only, to data added by the same snapshot. */
  readonly addDeleteFiles: readonly DataFile[];
  /** Paths of live data or delete files to drop (compaction, truncation, copy-on-write). */
  readonly removePaths: ReadonlySet<string>;
};
