import { ancestry, MAIN_BRANCH, type Snapshot, type TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import { isLive } from './manifest.ts';
import type { ManifestReader } from './manifest-cache.ts';
import type { ManifestFile } from './manifest-list.ts';

export type ExpiryLimits = {
  /** So many of the newest are kept, however old. */
  readonly snapshotsMin: number;
  /** Younger ones are kept, too: queries may still read them. */
  readonly ageMsMin: number;
  /** But never more than this: every snapshot makes the table's metadata longer. */
  readonly snapshotsMax: number;
  /** Expire only when this many are due, since looking for their files costs the same for one and for many. */
  readonly batchMin: number;
};

export const EXPIRY_LIMITS: ExpiryLimits = {
  snapshotsMin: 20,
  ageMsMin: 15 * 60 * 1000,
  snapshotsMax: 500,
  batchMin: 10,
};

/**
 * The snapshots that a commit on top of `metadata` may remove. Kept: what any other branch or tag reaches, and the
 * newest of main within the limits. `gc.enabled=false` keeps everything.
 */
export function expiredSnapshots(
  metadata: TableMetadata,
  options: { nowMs: number; limits?: ExpiryLimits },
): Snapshot[] {
  const { nowMs, limits = EXPIRY_LIMITS } = options;
  if (metadata.properties['gc.enabled'] === 'false') return [];
  const kept = new Set<bigint>();
  for (const [name, ref] of Object.entries(metadata.refs)) {
    if (name === MAIN_BRANCH) continue;
    for (const snapshot of ancestry(metadata, ref['snapshot-id'])) kept.add(snapshot['snapshot-id']);
  }
  const isYoung = (snapshot: Snapshot) => Number(snapshot['timestamp-ms']) > nowMs - limits.ageMsMin;
  let place = 0;
  // The new snapshot will be one more, and its parent must not vanish under a reader: both count as newest.
  for (const snapshot of ancestry(metadata, metadata['current-snapshot-id'])) {
    place += 1;
    if (place < limits.snapshotsMin || place === 1) kept.add(snapshot['snapshot-id']);
    else if (place < limits.snapshotsMax && isYoung(snapshot)) kept.add(snapshot['snapshot-id']);
    else break;
  }
  const onMain = new Set([...ancestry(metadata, metadata['current-snapshot-id'])].map((s) => s['snapshot-id']));
  const due = metadata.snapshots.filter((snapshot) => {
    if (kept.has(snapshot['snapshot-id'])) return false;
    // Off every branch (rolled back): goes by age alone.
    return onMain.has(snapshot['snapshot-id']) || !isYoung(snapshot);
  });
  return due.length >= limits.batchMin ? due : [];
}

/**
 * Files that only the expired snapshots reach: manifest lists, manifests, data and delete files. Call it after the
 * commit that removed them, with the table as it is then; never when that commit's outcome is unknown.
 */
export async function unreachableFiles(options: {
  expired: readonly Snapshot[];
  /** After the commit. */
  metadata: TableMetadata;
  reader: ManifestReader;
}): Promise<string[]> {
  const { expired, metadata, reader } = options;
  const kept = await manifestsOf(metadata.snapshots, reader);
  const gone = await manifestsOf(expired, reader);
  for (const path of kept.keys()) gone.delete(path);

  const files = new Set<string>();
  for await (const entries of inGroups([...gone.values()], (manifest) => reader.entries(manifest))) {
    for (const entry of entries) files.add(entry.file.path);
  }
  if (files.size > 0) {
    for await (const entries of inGroups([...kept.values()], (manifest) => reader.entries(manifest))) {
      for (const entry of entries) if (isLive(entry)) files.delete(entry.file.path);
    }
  }
  const keptLists = new Set(metadata.snapshots.map((snapshot) => snapshot['manifest-list']));
  const lists = expired.map((snapshot) => snapshot['manifest-list']).filter((list) => !keptLists.has(list));
  // What is read last goes first, so that a crash in between leaves lists that lead to the rest.
  return [...files, ...gone.keys(), ...lists];
}

async function manifestsOf(snapshots: readonly Snapshot[], reader: ManifestReader): Promise<Map<string, ManifestFile>> {
  const manifests = new Map<string, ManifestFile>();
  for await (const list of inGroups(snapshots, (snapshot) => reader.manifests(snapshot['manifest-list']))) {
    for (const manifest of list) manifests.set(manifest.path, manifest);
  }
  return manifests;
}

/** Reads at once; the first look of a fresh process goes through some hundred small files. */
const READS_AT_ONCE = 16;

async function* inGroups<In, Out>(items: readonly In[], read: (item: In) => Promise<Out>): AsyncGenerator<Out> {
  for (let start = 0; start < items.length; start += READS_AT_ONCE) {
    yield* await Promise.all(items.slice(start, start + READS_AT_ONCE).map(read));
  }
}
