import { AppError } from '@/server/errors/app-error.ts';
import { isLive, type ManifestEntry, type NewEntry, type StoredFile } from './manifest.ts';
import type { ManifestReader } from './manifest-cache.ts';
import type { ManifestFile } from './manifest-list.ts';
import type { TableChanges } from './table-changes.ts';

export type ManifestLimits = {
  /** Merge when a snapshot would have more manifests of one content. */
  readonly manifestsMax: number;
  /** Larger manifests are left alone by merging, and merging makes none that are larger. */
  readonly manifestBytesMax: number;
};

export const MANIFEST_LIMITS: ManifestLimits = { manifestsMax: 30, manifestBytesMax: 8 * 1024 * 1024 };

/** A manifest still to be written: its entries share one content. */
export type PlannedManifest = { readonly content: 'data' | 'deletes'; readonly entries: readonly NewEntry[] };

export type ManifestPlan = {
  /** Carried over as they are. */
  readonly kept: readonly ManifestFile[];
  readonly written: readonly PlannedManifest[];
  readonly removed: readonly StoredFile[];
};

/**
 * Decides which manifests the next snapshot has: those of the base, without the ones that list a removed file (they are
 * written again, with those files marked deleted), plus one per content for what is added. Many small ones become few.
 * Throws COMMIT_CONFLICT when a file to remove is not live any more: another writer was faster.
 */
export async function planManifests(options: {
  snapshotId: bigint;
  base: readonly ManifestFile[];
  changes: TableChanges;
  reader: ManifestReader;
  limits?: ManifestLimits;
}): Promise<ManifestPlan> {
  const { snapshotId, changes, reader, limits = MANIFEST_LIMITS } = options;
  const withLiveFiles = options.base.filter((manifest) => manifest.addedFiles + manifest.existingFiles > 0);
  const split = await dropRemoved({ manifests: withLiveFiles, changes, reader, snapshotId });
  const written: PlannedManifest[] = [...split.rewritten];
  const kept: ManifestFile[] = [];
  for (const content of ['data', 'deletes'] as const) {
    const files = content === 'data' ? changes.addDataFiles : changes.addDeleteFiles;
    if (files.length > 0) {
      written.push({ content, entries: files.map((file) => ({ status: 'added', snapshotId, file })) });
    }
    const untouched = split.kept.filter((manifest) => manifest.content === content);
    const others = written.filter((manifest) => manifest.content === content).length;
    const groups = untouched.length + others > limits.manifestsMax ? groupSmall(untouched, limits) : [];
    const merged = new Set(groups.flat());
    kept.push(...untouched.filter((manifest) => !merged.has(manifest)));
    for (const group of groups) written.push({ content, entries: await liveEntries(group, reader) });
  }
  return { kept, written, removed: split.removed };
}

type Split = { kept: ManifestFile[]; rewritten: PlannedManifest[]; removed: StoredFile[] };

async function dropRemoved(options: {
  manifests: readonly ManifestFile[];
  changes: TableChanges;
  reader: ManifestReader;
  snapshotId: bigint;
}): Promise<Split> {
  const { manifests, changes, reader, snapshotId } = options;
  if (changes.removePaths.size === 0) return { kept: [...manifests], rewritten: [], removed: [] };
  const split: Split = { kept: [], rewritten: [], removed: [] };
  const missing = new Set(changes.removePaths);
  for (const manifest of manifests) {
    const live = (await reader.entries(manifest)).filter(isLive);
    const gone = live.filter((entry) => missing.delete(entry.file.path));
    if (gone.length === 0) {
      split.kept.push(manifest);
      continue;
    }
    const goneNow = new Set(gone);
    split.removed.push(...gone.map((entry) => entry.file));
    split.rewritten.push({
      content: manifest.content,
      entries: live.map((entry) =>
        goneNow.has(entry) ? { ...entry, status: 'deleted', snapshotId } : existing(entry),
      ),
    });
  }
  if (missing.size > 0) {
    throw new AppError('COMMIT_CONFLICT', `${missing.size} files to remove are not in the table any more`);
  }
  return split;
}

/** Bins of neighbours, oldest first, none above the size limit; lone manifests stay as they are. */
function groupSmall(manifests: readonly ManifestFile[], limits: ManifestLimits): ManifestFile[][] {
  const groups: ManifestFile[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const manifest of manifests) {
    if (manifest.bytes >= limits.manifestBytesMax) continue;
    bytes += manifest.bytes;
    if (bytes > limits.manifestBytesMax) {
      groups.push([]);
      bytes = manifest.bytes;
    }
    groups.at(-1)?.push(manifest);
  }
  return groups.filter((group) => group.length > 1);
}

async function liveEntries(manifests: readonly ManifestFile[], reader: ManifestReader): Promise<NewEntry[]> {
  const entries: NewEntry[] = [];
  for (const manifest of manifests) {
    for (const entry of await reader.entries(manifest)) if (isLive(entry)) entries.push(existing(entry));
  }
  return entries;
}

/** Keeps the snapshot and sequence numbers under which the file was added. */
const existing = (entry: ManifestEntry): NewEntry => ({ ...entry, status: 'existing' });
