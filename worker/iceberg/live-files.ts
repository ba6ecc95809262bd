import { currentSnapshot, type Snapshot, type TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import { isLive, type ManifestEntry } from './manifest.ts';
import type { ManifestReader } from './manifest-cache.ts';

/** A live file of a table. `sequenceNumber` decides which deletes apply to which data. */
export type LiveFile = Pick<ManifestEntry, 'file' | 'sequenceNumber' | 'fileSequenceNumber'>;

export type LiveFiles = {
  readonly data: readonly LiveFile[];
  readonly deletes: readonly LiveFile[];
};

type Options = {
  readonly metadata: TableMetadata;
  readonly reader: ManifestReader;
  /** The current one when left out. */
  readonly snapshot?: Snapshot | undefined;
};

/** The files that a reader of one of the table's snapshots reads; none for a table that was never written. */
export async function liveFiles(options: Options): Promise<LiveFiles> {
  const snapshot = options.snapshot ?? currentSnapshot(options.metadata);
  const data: LiveFile[] = [];
  const deletes: LiveFile[] = [];
  if (!snapshot) return { data, deletes };
  const manifests = await options.reader.manifests(snapshot['manifest-list']);
  const entries = await Promise.all(manifests.map((manifest) => options.reader.entries(manifest)));
  manifests.forEach((manifest, index) => {
    const files = manifest.content === 'data' ? data : deletes;
    for (const entry of entries[index] ?? []) if (isLive(entry)) files.push(entry);
  });
  return { data, deletes };
}
