import type { TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import type { ManifestReader } from './manifest-cache.ts';
import type { ManifestFile } from './manifest-list.ts';

const READS_AT_ONCE = 8;

/**
 * Every file that a table's metadata leads to, from any snapshot, branch or tag: manifest lists, manifests, data and delete
 * files (those that a manifest marks as removed included), statistics, and metadata files of the log. As `comparable` URIs.
 */
export async function namedFiles({
  metadata,
  reader,
}: {
  metadata: TableMetadata;
  reader: ManifestReader;
}): Promise<Set<string>> {
  const named = new Set<string>();
  const add = (uri: string) => void named.add(comparable(uri));
  for (const entry of metadata['metadata-log']) add(entry['metadata-file']);
  for (const file of [...metadata.statistics, ...metadata['partition-statistics']]) add(file['statistics-path']);
  const manifests = new Map<string, ManifestFile>();
  await inGroups(metadata.snapshots, async (snapshot) => {
    add(snapshot['manifest-list']);
    for (const manifest of await reader.manifests(snapshot['manifest-list'])) manifests.set(manifest.path, manifest);
  });
  await inGroups([...manifests.values()], async (manifest) => {
    add(manifest.path);
    for (const { file } of await reader.entries(manifest)) add(file.path);
  });
  return named;
}

/** One spelling per file: engines write `file:/path` and `file:///path`, `s3`, `s3a` and `s3n`. */
export const comparable = (uri: string): string =>
  uri.replace(/^file:\/*/, 'file:///').replace(/^s3[an]:\/\//, 's3://');

async function inGroups<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += READS_AT_ONCE) {
    await Promise.all(items.slice(start, start + READS_AT_ONCE).map(work));
  }
}
