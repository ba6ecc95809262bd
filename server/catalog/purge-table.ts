import type { TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import { readAvroRecords } from './avro-records.ts';
import type { Call } from './call.ts';
import { deleteQuietly } from './obsolete-metadata.ts';
import { readMetadata } from './table-pointer.ts';

/**
 * Deletes every file of a table that no longer exists: data and delete files, manifests, manifest lists, statistics and
 * metadata files, in that order, so that what an interruption leaves can still be found from the metadata.
 */
export async function purgeTable(call: Call, metadataLocation: string): Promise<void> {
  const metadata = await readMetadata(call.warehouse, metadataLocation);
  if (!metadata) return;
  const lists = metadata.snapshots.map((snapshot) => snapshot['manifest-list']);
  const manifests = new Set<string>();
  for (const list of lists) {
    for (const manifest of await pathsIn(call, list, (record) => record.manifest_path)) manifests.add(manifest);
  }
  for (const manifest of manifests) {
    const files = await pathsIn(call, manifest, (record) => (record.data_file as Entry | undefined)?.file_path);
    await deleteQuietly(call, files);
  }
  await deleteQuietly(call, [...manifests, ...lists, ...statisticsOf(metadata)]);
  const earlier = metadata['metadata-log'].map((entry) => entry['metadata-file']);
  await deleteQuietly(call, [...earlier, metadataLocation]);
}

type Entry = Readonly<Record<string, unknown>>;

/** A file that is gone or cannot be read names nothing more to delete. */
async function pathsIn(call: Call, file: string, pathOf: (record: Entry) => unknown): Promise<string[]> {
  try {
    const bytes = await call.warehouse.store.read(file);
    const records = bytes ? await readAvroRecords(bytes) : [];
    return records.map(pathOf).filter((path) => typeof path === 'string');
  } catch (error) {
    call.deps.log.warn('a manifest could not be read for the purge', { file, error });
    return [];
  }
}

const statisticsOf = (metadata: TableMetadata): string[] =>
  [...metadata.statistics, ...metadata['partition-statistics']].map((file) => file['statistics-path']);
