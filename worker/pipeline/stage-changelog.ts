import { randomUUID } from 'node:crypto';
import type { WrittenFile } from '@/server/domain/iceberg/data-file.ts';
import type { LoadedChanges, ReceivedChanges } from '@/worker/columnar/load-changes.ts';
import { type ChangelogOptions, writeChangelog, writeChangelogStraight } from '@/worker/columnar/write-changelog.ts';
import type { LakeTarget } from './lake-targets.ts';
import { DATA_FILE_BYTES_MAX, type Part, type StagedTarget, type StageOptions, summed } from './staged-table.ts';
import { uploadAll } from './upload-files.ts';

/** A changelog that nothing else needs the rows for; null when they have to be loaded and looked at. */
export async function stageChangelogStraight(
  options: StageOptions,
  { received, ...part }: Part & { received: ReceivedChanges },
): Promise<StagedTarget | null> {
  const written = await writeChangelogStraight(received, changelogOptions(options, part));
  if (!written) return null;
  return addToChangelog(options, { target: part.target, written });
}

/** Appends every loaded change. */
export async function stageChangelog(options: StageOptions, { loaded, ...part }: Part & { loaded: LoadedChanges }) {
  const { target } = part;
  // Its columns may stand in another order than those of the mirror that the changes were loaded for.
  const changelogLake = loaded.lake === target.lake ? {} : { changelogLake: target.lake };
  const written = await writeChangelog(loaded, { ...changelogOptions(options, part), ...changelogLake });
  return addToChangelog(options, { target, written });
}

function changelogOptions({ epoch }: StageOptions, { target, outDir }: Part): ChangelogOptions {
  const { changelogFieldIds } = target;
  if (!changelogFieldIds) throw new TypeError('a changelog without field ids');
  return { epoch, changelogFieldIds, outDir, stem: randomUUID(), fileBytesMax: DATA_FILE_BYTES_MAX };
}

async function addToChangelog(
  options: StageOptions,
  { target, written }: { target: LakeTarget; written: readonly WrittenFile[] },
): Promise<StagedTarget> {
  const added = await uploadAll(options, { target, written });
  const files = [...(options.copied?.changelog ?? []), ...added];
  const changes = {
    operation: 'append',
    addDataFiles: files,
    addDeleteFiles: [],
    removePaths: new Set<string>(),
  } as const;
  return summed({ target, changes, made: added, rowsDeleted: 0 });
}
