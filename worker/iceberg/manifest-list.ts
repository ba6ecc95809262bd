import { AppError } from '@/server/errors/app-error.ts';
import { namesById } from './avro/avro-type.ts';
import { type AvroRecord, readContainer, writeContainer } from './avro/container.ts';
import { manifestFileSchema } from './avro-schemas.ts';

/** One manifest of a snapshot, as its manifest list describes it (spec: Manifest Lists, `manifest_file`). */
export type ManifestFile = {
  readonly path: string;
  readonly bytes: number;
  readonly specId: number;
  readonly content: 'data' | 'deletes';
  /** Of the snapshot that wrote the manifest. */
  readonly sequenceNumber: bigint;
  /** Lowest data sequence number of its live files. */
  readonly minSequenceNumber: bigint;
  readonly addedSnapshotId: bigint;
  readonly addedFiles: number;
  readonly existingFiles: number;
  readonly deletedFiles: number;
  readonly addedRows: bigint;
  readonly existingRows: bigint;
  readonly deletedRows: bigint;
};

/** Writes the manifest list of a snapshot of an unpartitioned v2 table. */
export function writeManifestList(options: {
  snapshotId: bigint;
  parentSnapshotId: bigint | null;
  sequenceNumber: bigint;
  manifests: readonly ManifestFile[];
}): Buffer {
  return writeContainer({
    schema: FILE_SCHEMA,
    header: {
      'snapshot-id': String(options.snapshotId),
      'parent-snapshot-id': String(options.parentSnapshotId),
      'sequence-number': String(options.sequenceNumber),
      'format-version': '2',
    },
    records: options.manifests.map(toAvro),
  });
}

/** Reads a manifest list. Fields are found by id; `name` is for messages. */
export function readManifestList(bytes: Buffer, name: string): ManifestFile[] {
  const { schema, records } = readContainer(bytes, name);
  const names = namesById(schema);
  return records.map((record) => fromAvro((id) => record[names.get(id) ?? ''] ?? null));
}

const FILE_SCHEMA = manifestFileSchema();

const toAvro = (manifest: ManifestFile): AvroRecord => ({
  manifest_path: manifest.path,
  manifest_length: BigInt(manifest.bytes),
  partition_spec_id: manifest.specId,
  content: manifest.content === 'data' ? 0 : 1,
  sequence_number: manifest.sequenceNumber,
  min_sequence_number: manifest.minSequenceNumber,
  added_snapshot_id: manifest.addedSnapshotId,
  added_files_count: manifest.addedFiles,
  existing_files_count: manifest.existingFiles,
  deleted_files_count: manifest.deletedFiles,
  added_rows_count: manifest.addedRows,
  existing_rows_count: manifest.existingRows,
  deleted_rows_count: manifest.deletedRows,
  partitions: [],
  key_metadata: null,
});

/** Lists written by version 1 lack content and sequence numbers: data and 0 (spec: Appendix E). */
function fromAvro(at: (fieldId: number) => unknown): ManifestFile {
  // Without counts we cannot tell an empty manifest from a full one, and a wrong guess loses files.
  if (at(504) === null || at(505) === null) {
    throw new AppError('LAKE_TABLE_UNSUPPORTED', 'a manifest list without file counts (format version 1)');
  }
  const count = (id: number) => (at(id) as number | null) ?? 0;
  const long = (id: number) => (at(id) as bigint | null) ?? 0n;
  return {
    path: at(500) as string,
    bytes: Number(long(501)),
    specId: count(502),
    content: at(517) === 1 ? 'deletes' : 'data',
    sequenceNumber: long(515),
    minSequenceNumber: long(516),
    addedSnapshotId: long(503),
    addedFiles: count(504),
    existingFiles: count(505),
    deletedFiles: count(506),
    addedRows: long(512),
    existingRows: long(513),
    deletedRows: long(514),
  };
}
