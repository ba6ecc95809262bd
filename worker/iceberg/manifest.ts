import type { DataFile } from '@/server/domain/iceberg/data-file.ts';
import { stringifyJson } from '@/server/domain/iceberg/lossless-json.ts';
import type { Schema } from '@/server/domain/iceberg/schema.ts';
import { type AvroField, type AvroSchema, fieldsOf, namesById } from './avro/avro-type.ts';
import { type AvroRecord, readContainer, writeContainer } from './avro/container.ts';
import { manifestEntrySchema } from './avro-schemas.ts';
import { dataFileFromAvro, dataFileToAvro } from './manifest-data-file.ts';
import type { ManifestFile } from './manifest-list.ts';

/** A data or delete file as some manifest lists it, with what other writers may have said about it. */
export type StoredFile = DataFile & { readonly sortOrderId?: number; readonly keyMetadata?: Buffer };

/** One line of a manifest. `existing` and `added` files are live, `deleted` ones were dropped by `snapshotId`. */
export type ManifestEntry = {
  readonly status: 'existing' | 'added' | 'deleted';
  /** The snapshot that added the file, or dropped it. */
  readonly snapshotId: bigint;
  /** Data sequence number; decides which deletes apply. */
  readonly sequenceNumber: bigint;
  readonly fileSequenceNumber: bigint;
  readonly file: StoredFile;
};

/** An added file takes its sequence numbers from the manifest list, so that a retried commit need not rewrite it. */
export type NewEntry =
  | { readonly status: 'added'; readonly snapshotId: bigint; readonly file: StoredFile }
  | (ManifestEntry & { readonly status: 'existing' | 'deleted' });

/** Writes a v2 manifest (spec: Manifests) of an unpartitioned spec. Never call it without entries. */
export function writeManifest(options: {
  content: 'data' | 'deletes';
  schema: Schema;
  specId: number;
  entries: readonly NewEntry[];
}): Buffer {
  return writeContainer({
    schema: ENTRY_SCHEMA,
    header: {
      schema: stringifyJson(options.schema),
      'schema-id': String(options.schema['schema-id']),
      'partition-spec': '[]',
      'partition-spec-id': String(options.specId),
      'format-version': '2',
      content: options.content,
    },
    records: options.entries.map(entryToAvro),
  });
}

/**
 * Reads a manifest with what its entries inherit from `manifest` filled in (spec: Sequence Number Inheritance). Fields
 * are found by id. Throws LAKE_TABLE_UNSUPPORTED on what we cannot follow.
 */
export function readManifest(bytes: Buffer, manifest: ManifestFile): ManifestEntry[] {
  const { schema, records } = readContainer(bytes, manifest.path);
  const names = namesById(schema);
  const fileNames = namesById(dataFileSchemaOf(schema));
  const at = (record: AvroRecord, id: number) => record[names.get(id) ?? ''] ?? null;
  return records.map((record) => {
    const sequenceNumber = at(record, 3) as bigint | null;
    const fileSequenceNumber = at(record, 4) as bigint | null;
    const fileRecord = at(record, 2) as AvroRecord;
    return {
      status: STATUSES[at(record, 0) as number] ?? 'deleted',
      snapshotId: (at(record, 1) as bigint | null) ?? manifest.addedSnapshotId,
      sequenceNumber: sequenceNumber ?? manifest.sequenceNumber,
      fileSequenceNumber: fileSequenceNumber ?? manifest.sequenceNumber,
      file: dataFileFromAvro((id) => fileRecord[fileNames.get(id) ?? ''] ?? null),
    };
  });
}

export const isLive = (entry: ManifestEntry): boolean => entry.status !== 'deleted';

const ENTRY_SCHEMA = manifestEntrySchema();

/** By their number in the file. */
const STATUSES = ['existing', 'added', 'deleted'] as const;

const entryToAvro = (entry: NewEntry): AvroRecord => ({
  status: STATUSES.indexOf(entry.status),
  snapshot_id: entry.snapshotId,
  sequence_number: entry.status === 'added' ? null : entry.sequenceNumber,
  file_sequence_number: entry.status === 'added' ? null : entry.fileSequenceNumber,
  data_file: dataFileToAvro(entry.file),
});

function dataFileSchemaOf(schema: AvroSchema): AvroSchema {
  return fieldsOf(schema).find((field: AvroField) => field['field-id'] === 2)?.type ?? 'null';
}
