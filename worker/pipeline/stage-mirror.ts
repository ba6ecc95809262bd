import { randomUUID } from 'node:crypto';
import type { DataFile } from '@/server/domain/iceberg/data-file.ts';
import { applyEffects, type Effects } from '@/worker/columnar/apply-effects.ts';
import { completeFromLake } from '@/worker/columnar/complete-from-lake.ts';
import { findRows } from '@/worker/columnar/find-rows.ts';
import { type Folded, fold } from '@/worker/columnar/fold.ts';
import type { LoadedChanges } from '@/worker/columnar/load-changes.ts';
import { loadParkedKeys, type Superseded, supersededBy } from '@/worker/columnar/parked-keys.ts';
import { pruneByBounds, touchedRange } from '@/worker/columnar/prune-by-bounds.ts';
import type { Reject } from '@/worker/columnar/reject.ts';
import { findReplaced, lettersOfPart, withoutReplaced, withReplaced } from '@/worker/columnar/replaced-rows.ts';
import { writeDeletes } from '@/worker/columnar/write-deletes.ts';
import { writeMirror } from '@/worker/columnar/write-mirror.ts';
import { liveFiles } from '@/worker/iceberg/live-files.ts';
import type { TableChanges } from '@/worker/iceberg/table-changes.ts';
import { localFiles } from './local-files.ts';
import { DATA_FILE_BYTES_MAX, type Part, type StagedTarget, type StageOptions, summed } from './staged-table.ts';
import { toDataFile, uploadAll } from './upload-files.ts';

/** The last change of each key, and the keys whose lake row is not what it should be. */
export async function foldKnowing({ parked = [] }: StageOptions, loaded: LoadedChanges, effects?: Effects) {
  const parkedTable = await loadParkedKeys(loaded, parked);
  // Where deleted rows stay, a key that is inserted may be there already.
  const insertsMayExist = parked.length > 0 || effects !== undefined;
  return { folded: await fold(loaded, { insertsMayExist, parkedTable }), parkedTable };
}

/** Replaces the rows of every touched key: finds them in the lake, deletes them by position, adds the new ones. */
export async function stageMirror(
  options: StageOptions,
  { target, loaded: sent, outDir }: Part & { loaded: LoadedChanges },
): Promise<{ staged: StagedTarget; rejects: readonly Reject[]; superseded: Superseded }> {
  const { lake, workDir, copied, part } = options;
  const atHand = (files: readonly DataFile[]) => localFiles(lake.storage, { files, workDir });
  const live = await liveFiles({ metadata: target.loaded.metadata, reader: lake.manifests });
  // A copy replaces whatever an earlier one has left in the table.
  const standing = copied && !part ? [] : live.data.map(({ file }) => file);
  const data = [...standing, ...(copied?.mirror ?? [])];
  const deletes = copied && !part ? [] : live.deletes.map(({ file }) => file);
  const loaded = target.effects
    ? await applyEffects(sent, {
        ...target.effects,
        lakeFiles: async () => ({
          files: await atHand(data),
          deletes: await atHand(deletes),
        }),
      })
    : sent;
  const { folded, parkedTable } = await foldKnowing(options, loaded, target.effects);

  const { session } = loaded;
  const touched = await findRows(folded, {
    files: await atHand(await candidates(folded, data)),
    deletes: await atHand(deletes),
  });
  const replacedRows = part
    ? await findReplaced(session, {
        lake: target.lake,
        part,
        copied: await atHand(copied?.mirror ?? []),
        files: await atHand(standing),
        deletes: await atHand(deletes),
      })
    : null;
  const found =
    replacedRows === null ? touched : await withoutReplaced(session, { found: touched, replaced: replacedRows });
  const lakeValues = await completeFromLake(folded, {
    found,
    files: await atHand(data.filter((file) => found.rowsByFile.has(file.path))),
  });
  const written = await writeMirror(folded, {
    lakeValues,
    outDir,
    stem: randomUUID(),
    fileBytesMax: DATA_FILE_BYTES_MAX,
  });
  const gone = replacedRows === null ? found : await withReplaced(session, { found, replaced: replacedRows });
  const removed = await writeDeletes(loaded, { found: gone, outDir, stem: randomUUID() });
  const addDataFiles = await uploadAll(options, { target, written });
  const addDeleteFiles = removed
    ? [await toDataFile(options, { target, file: removed, content: 'position-deletes' })]
    : [];
  // After a truncate every older file goes; what the copy staged is older, too, and is simply not added.
  const keptCopy = folded.truncated ? [] : (copied?.mirror ?? []);
  const replaced = folded.truncated || (copied && !part) ? [...live.data, ...live.deletes] : [];
  const removePaths = new Set(replaced.map(({ file }) => file.path));
  const changes: TableChanges = {
    operation: addDeleteFiles.length > 0 || removePaths.size > 0 ? 'overwrite' : 'append',
    addDataFiles: [...keptCopy, ...addDataFiles],
    addDeleteFiles,
    removePaths,
  };
  const made = [...addDataFiles, ...addDeleteFiles];
  const superseded = await supersededBy(folded, parkedTable);
  const inPart =
    part && parkedTable !== null
      ? await lettersOfPart(session, {
          lake: target.lake,
          part,
          copied: await atHand(copied?.mirror ?? []),
          parkedTable,
        })
      : [];
  return {
    staged: summed({ target, changes, made, rowsDeleted: gone.rows }),
    rejects: [...folded.rejects, ...lakeValues.rejects],
    superseded: {
      ...superseded,
      ids: [...new Set([...superseded.ids, ...inPart])],
    },
  };
}

/** Data files whose bounds do not exclude the touched keys. */
async function candidates(folded: Folded, files: readonly DataFile[]): Promise<readonly DataFile[]> {
  if (folded.touchedKeys === 0) return [];
  const range = await touchedRange(folded);
  return range ? pruneByBounds(files, range) : files;
}
