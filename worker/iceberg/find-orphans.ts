import { currentSnapshot, type TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import type { Storage, StoredObject } from '@/worker/storage/storage.ts';
import type { LoadedTable } from './catalog/catalog.ts';
import { CREATED_PROPERTY } from './create-properties.ts';
import type { ManifestReader } from './manifest-cache.ts';
import { comparable, namedFiles } from './named-files.ts';
import { dataFolder, metadataFolder } from './table-location.ts';

export type Orphans = {
  /** Safe to remove. */
  readonly removable: readonly StoredObject[];
  /** All files of ours that nothing names, also those that are too young to be sure. */
  readonly found: { readonly files: number; readonly bytes: number };
};

/** How far the clocks of store, catalog and workers may be apart. */
const CLOCKS_APART_MS = 15 * 60_000;

/** Names that this writer gives: other writers' files are never looked at. Metadata files are the catalog's. */
const ID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const OURS = new RegExp(
  String.raw`/(?:${ID}(?:-deletes)?\.parquet|${ID}-m\d+\.avro|snap-\d+-1-${ID}\.avro|\.${ID}\.tmp)$`,
);

/**
 * Files of ours in a table's folders that nothing names: waste of crashes, of conflicts, of copies begun anew. One is
 * removable when it is older than `ageMs`, and than the table's current snapshot, and not older than the table:
 *
 * - a commit is refused unless main is where it was when its files were planned, so that one whose files are older than
 *   main's head can never land any more, however late its request arrives;
 * - a file that is older than the table belongs to another one that had the same folder.
 *
 * Lists before it looks what is named, so that whatever is committed in between counts as named. `kept`: files that wait
 * for their commit by our own records, read last.
 */
export async function findOrphans(options: {
  storage: Storage;
  reader: ManifestReader;
  load: () => Promise<LoadedTable>;
  kept: () => Promise<readonly string[]>;
  ageMs: number;
  signal: AbortSignal;
}): Promise<Orphans> {
  const { storage, reader, load, kept, ageMs, signal } = options;
  const before = await load();
  const stored = new Map<string, StoredObject>();
  for (const folder of foldersOf(before.metadata)) {
    for await (const object of storage.list(`${folder}/`)) {
      signal.throwIfAborted();
      if (OURS.test(object.uri)) stored.set(comparable(object.uri), object);
    }
  }
  const { metadata } = await load();
  for (const uri of await namedFiles({ metadata, reader })) stored.delete(uri);
  for (const uri of await kept()) stored.delete(comparable(uri));
  const unnamed = [...stored.values()];
  const span = removableSpan(metadata, ageMs);
  const isSame = metadata['table-uuid'] === before.metadata['table-uuid'];
  return {
    removable: unnamed.filter(
      ({ modifiedAtMs }) => isSame && modifiedAtMs >= span.fromMs && modifiedAtMs < span.beforeMs,
    ),
    found: { files: unnamed.length, bytes: unnamed.reduce((sum, { bytes }) => sum + bytes, 0) },
  };
}

const foldersOf = (table: TableMetadata): ReadonlySet<string> =>
  new Set([`${table.location}/data`, dataFolder(table), metadataFolder(table)]);

/** Empty where something is not known: a table without a snapshot, or one of which nobody noted since when it exists. */
function removableSpan(metadata: TableMetadata, ageMs: number): { fromMs: number; beforeMs: number } {
  const head = currentSnapshot(metadata);
  const created = Number(metadata.properties[CREATED_PROPERTY] ?? Number.NaN);
  const isCollected = metadata.properties['gc.enabled'] !== 'false';
  if (!head || !Number.isFinite(created) || !isCollected) return { fromMs: 0, beforeMs: 0 };
  return { fromMs: created, beforeMs: Math.min(Date.now() - ageMs, Number(head['timestamp-ms']) - CLOCKS_APART_MS) };
}
