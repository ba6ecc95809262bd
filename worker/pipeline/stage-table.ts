import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataFile, WrittenFile } from '@/server/domain/iceberg/data-file.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import { applyEffects, type Effects } from '@/worker/columnar/apply-effects.ts';
import { completeFromLake } from '@/worker/columnar/complete-from-lake.ts';
import { countNulled } from '@/worker/columnar/find-rejects.ts';
import { findRows } from '@/worker/columnar/find-rows.ts';
import { type Folded, fold } from '@/worker/columnar/fold.ts';
import {
  type ChangeBlock,
  type LoadedChanges,
  loadReceived,
  type ReceivedChanges,
  receiveChanges,
} from '@/worker/columnar/load-changes.ts';
import type { Columnar } from '@/worker/columnar/open-columnar.ts';
import { loadParkedKeys, type ParkedKey, type Superseded, supersededBy } from '@/worker/columnar/parked-keys.ts';
import { pruneByBounds, touchedRange } from '@/worker/columnar/prune-by-bounds.ts';
import type { LakeFile } from '@/worker/columnar/read-lake-files.ts';
import type { Reject } from '@/worker/columnar/reject.ts';
import {
  findReplaced,
  lettersOfPart,
  type ReplacedPart,
  withoutReplaced,
  withReplaced,
} from '@/worker/columnar/replaced-rows.ts';
import { type ChangelogOptions, writeChangelog, writeChangelogStraight } from '@/worker/columnar/write-changelog.ts';
import { writeDeletes } from '@/worker/columnar/write-deletes.ts';
import { writeMirror } from '@/worker/columnar/write-mirror.ts';
import { liveFiles } from '@/worker/iceberg/live-files.ts';
import type { TableChanges } from '@/worker/iceberg/table-changes.ts';
import type { Lake } from './lake.ts';
import type { LakeTarget } from './lake-targets.ts';
import { localFile } from './local-files.ts';

const DATA_FILE_BYTES_MAX = 256 * 1024 * 1024;

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

/** Turns one table's changes into data and delete files in the store, on the one load that the targets hold. */
export async function stageTable(options: StageOptions): Promise<StagedTable> {
  const { columnar, targets, landed = [], blocks, filter, signal } = options;
  const mirror = targets.find((target) => target.mode === 'mirror');
  const changelog = targets.find((target) => target.mode === 'changelog');
  const landedMirror = landed.find((target) => target.mode === 'mirror');
  const first = mirror ?? landedMirror ?? changelog ?? landed[0];
  if (!first) return { targets: [], rows: 0, rejects: [], superseded: NOTHING_SUPERSEDED, nulled: new Map() };
  const outDir = join(options.workDir, 'staged', randomUUID());
  try {
    await using received = await receiveChanges(columnar, { lake: first.lake, blocks, signal });
    if (changelog && !mirror && !landedMirror && !filter) {
      const straight = await stageStraight(options, { target: changelog, received, outDir });
      if (straight) return straight;
    }
    const loaded = await loadReceived(received);
    const { rejects: found } = (await filter?.(loaded)) ?? loaded;
    const nulled = new Map<string, number>();
    await countNulled(loaded.session, { ...loaded, nulled });
    const staged: StagedTarget[] = [];
    const rejects = [...found];
    let superseded = NOTHING_SUPERSEDED;
    if (changelog) staged.push(await stageChangelog(options, { target: changelog, loaded, outDir }));
    if (mirror) {
      const part = await stageMirror(options, { target: mirror, loaded, outDir });
      staged.push(part.staged);
      rejects.push(...part.rejects);
      superseded = part.superseded;
    } else if (landedMirror) {
      const { folded, parkedTable } = await foldKnowing(options, loaded);
      rejects.push(...folded.rejects);
      superseded = await supersededBy(folded, parkedTable);
    }
    return {
      targets: staged.filter((part) => hasEffect(part.changes)),
      rows: loaded.rows,
      rejects,
      superseded,
      nulled,
    };
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

const NOTHING_SUPERSEDED: Superseded = { ids: [], positions: new Set() };

async function foldKnowing({ parked = [] }: StageOptions, loaded: LoadedChanges, effects?: Effects) {
  const parkedTable = await loadParkedKeys(loaded, parked);
  // Where deleted rows stay, a key that is inserted may be there already.
  const insertsMayExist = parked.length > 0 || effects !== undefined;
  return { folded: await fold(loaded, { insertsMayExist, parkedTable }), parkedTable };
}

type Part = { readonly target: LakeTarget; readonly outDir: string };

/** A changelog that nothing else needs the rows for; null when they have to be loaded and looked at. */
async function stageStraight(
  options: StageOptions,
  { received, ...part }: Part & { received: ReceivedChanges },
): Promise<StagedTable | null> {
  const written = await writeChangelogStraight(received, changelogOptions(options, part));
  if (!written) return null;
  const staged = await addToChangelog(options, { target: part.target, written });
  return {
    targets: [staged].filter(({ changes }) => hasEffect(changes)),
    rows: received.rows,
    rejects: [],
    superseded: NOTHING_SUPERSEDED,
    nulled: new Map(),
  };
}

async function stageChangelog(options: StageOptions, { loaded, ...part }: Part & { loaded: LoadedChanges }) {
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

async function stageMirror(
  options: StageOptions,
  { target, loaded: sent, outDir }: Part & { loaded: LoadedChanges },
): Promise<{ staged: StagedTarget; rejects: readonly Reject[]; superseded: Superseded }> {
  const { lake, copied, part } = options;
  const live = await liveFiles({ metadata: target.loaded.metadata, reader: lake.manifests });
  // A copy replaces whatever an earlier one has left in the table.
  const standing = copied && !part ? [] : live.data.map(({ file }) => file);
  const data = [...standing, ...(copied?.mirror ?? [])];
  const deletes = copied && !part ? [] : live.deletes.map(({ file }) => file);
  const loaded = target.effects
    ? await applyEffects(sent, {
        ...target.effects,
        lakeFiles: async () => ({
          files: await localFiles(options, data),
          deletes: await localFiles(options, deletes),
        }),
      })
    : sent;
  const { folded, parkedTable } = await foldKnowing(options, loaded, target.effects);

  const { session } = loaded;
  const touched = await findRows(folded, {
    files: await localFiles(options, await candidates(folded, data)),
    deletes: await localFiles(options, deletes),
  });
  const replacedRows = part
    ? await findReplaced(session, {
        lake: target.lake,
        part,
        copied: await localFiles(options, copied?.mirror ?? []),
        files: await localFiles(options, standing),
        deletes: await localFiles(options, deletes),
      })
    : null;
  const found =
    replacedRows === null ? touched : await withoutReplaced(session, { found: touched, replaced: replacedRows });
  const lakeValues = await completeFromLake(folded, {
    found,
    files: await localFiles(
      options,
      data.filter((file) => found.rowsByFile.has(file.path)),
    ),
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
          copied: await localFiles(options, copied?.mirror ?? []),
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

const localFiles = ({ lake, workDir }: StageOptions, files: readonly DataFile[]): Promise<LakeFile[]> =>
  Promise.all(
    files.map(async ({ path }) => ({
      path,
      localPath: await localFile(lake.storage, { uri: path, workDir }),
    })),
  );

type UploadContext = Pick<StageOptions, 'lake' | 'signal'>;

export async function uploadAll(
  context: UploadContext,
  { target, written }: { target: Pick<LakeTarget, 'loaded'>; written: readonly WrittenFile[] },
): Promise<DataFile[]> {
  return Promise.all(written.map((file) => toDataFile(context, { target, file, content: 'data' })));
}

/** Uploads a written file and says what a manifest will say of it. */
export async function toDataFile(
  { lake, signal }: UploadContext,
  options: {
    target: Pick<LakeTarget, 'loaded'>;
    file: WrittenFile & { readonly referencedDataFile?: string };
    content: DataFile['content'];
  },
): Promise<DataFile> {
  const { target, file, content } = options;
  const { rows, bytes, metrics, referencedDataFile } = file;
  const kind = content === 'data' ? '' : '-deletes';
  const path = `${target.loaded.metadata.location}/data/${randomUUID()}${kind}.parquet`;
  await failpoint('files-written');
  await lake.storage.upload(file.localPath, path, { signal });
  return { content, path, rows, bytes, metrics, ...(referencedDataFile === undefined ? {} : { referencedDataFile }) };
}

function summed(options: {
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

const hasEffect = ({ addDataFiles, addDeleteFiles, removePaths }: TableChanges): boolean =>
  addDataFiles.length + addDeleteFiles.length + removePaths.size > 0;
