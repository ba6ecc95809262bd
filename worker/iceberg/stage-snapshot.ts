import { randomUUID } from 'node:crypto';
import { currentSnapshot, type Snapshot, type TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import type { Schema } from '@/server/domain/iceberg/schema.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { Storage } from '@/worker/storage/storage.ts';
import { writeManifest } from './manifest.ts';
import type { ManifestReader } from './manifest-cache.ts';
import { type ManifestFile, writeManifestList } from './manifest-list.ts';
import { type ManifestLimits, type PlannedManifest, planManifests } from './plan-manifests.ts';
import { newSnapshotId, snapshotSummary } from './snapshot.ts';
import type { TableChanges } from './table-changes.ts';
import { metadataFolder } from './table-location.ts';

export type StagedSnapshot = {
  readonly snapshot: Snapshot;
  /** Manifests and manifest list that were written for it; nothing refers to them until the commit. */
  readonly writtenFiles: readonly string[];
};

/**
 * Writes the manifests and the manifest list of a snapshot on top of `metadata`'s current one, and returns the snapshot
 * for an `add-snapshot` update. Nothing becomes visible. Throws LAKE_TABLE_UNSUPPORTED for tables of another format
 * version or with partitions, COMMIT_CONFLICT when a file to remove is gone.
 */
export async function stageSnapshot(options: {
  storage: Storage;
  reader: ManifestReader;
  metadata: TableMetadata;
  /** The schema that the added files follow; the table's current one after the commit. */
  schema: Schema;
  changes: TableChanges;
  /** Further entries of the summary. */
  properties: Readonly<Record<string, string>>;
  nowMs: number;
  limits?: ManifestLimits;
}): Promise<StagedSnapshot> {
  const { storage, reader, metadata, schema, changes } = options;
  assertWritable(metadata);
  const parent = currentSnapshot(metadata);
  const base = parent ? await reader.manifests(parent['manifest-list']) : [];
  const snapshotId = newSnapshotId(metadata);
  const sequenceNumber = metadata['last-sequence-number'] + 1n;
  const plan = await planManifests({
    snapshotId,
    base,
    changes,
    reader,
    ...(options.limits ? { limits: options.limits } : {}),
  });

  const folder = metadataFolder(metadata);
  const attempt = randomUUID();
  const written: ManifestFile[] = [];
  for (const [index, planned] of plan.written.entries()) {
    const path = `${folder}/${attempt}-m${index}.avro`;
    const specId = metadata['default-spec-id'];
    const bytes = writeManifest({ content: planned.content, schema, specId, entries: planned.entries });
    await storage.write(path, bytes);
    written.push({
      ...describe(planned, sequenceNumber),
      path,
      bytes: bytes.length,
      specId,
      addedSnapshotId: snapshotId,
    });
  }

  const manifestList = `${folder}/snap-${snapshotId}-1-${attempt}.avro`;
  const parentSnapshotId = parent?.['snapshot-id'] ?? null;
  const manifests = [...written, ...plan.kept];
  await storage.write(manifestList, writeManifestList({ snapshotId, parentSnapshotId, sequenceNumber, manifests }));

  const added = [...changes.addDataFiles, ...changes.addDeleteFiles];
  return {
    snapshot: {
      'snapshot-id': snapshotId,
      ...(parentSnapshotId === null ? {} : { 'parent-snapshot-id': parentSnapshotId }),
      'sequence-number': sequenceNumber,
      // Never behind the table's last change, whatever this machine's clock says.
      'timestamp-ms': maximum(BigInt(options.nowMs), metadata['last-updated-ms']),
      'manifest-list': manifestList,
      summary: snapshotSummary({
        operation: changes.operation,
        added,
        removed: plan.removed,
        parent: parent?.summary ?? null,
        properties: options.properties,
      }),
      'schema-id': schema['schema-id'],
    },
    writtenFiles: [...written.map((manifest) => manifest.path), manifestList],
  };
}

function assertWritable(metadata: TableMetadata): void {
  if (metadata['format-version'] !== 2) {
    throw new AppError('LAKE_TABLE_UNSUPPORTED', `format version ${metadata['format-version']} cannot be written yet`);
  }
  if (metadata['partition-specs'].some((spec) => spec.fields.length > 0)) {
    throw new AppError('LAKE_TABLE_UNSUPPORTED', `partitioned tables cannot be written yet: ${metadata.location}`);
  }
}

/** Counts and sequence numbers of a manifest (spec: Manifest Lists); those of added files are the snapshot's own. */
function describe(planned: PlannedManifest, sequenceNumber: bigint) {
  const count = { added: 0, existing: 0, deleted: 0 };
  const rows = { added: 0n, existing: 0n, deleted: 0n };
  let minSequenceNumber = sequenceNumber;
  for (const entry of planned.entries) {
    count[entry.status] += 1;
    rows[entry.status] += BigInt(entry.file.rows);
    if (entry.status === 'existing' && entry.sequenceNumber < minSequenceNumber)
      minSequenceNumber = entry.sequenceNumber;
  }
  return {
    content: planned.content,
    sequenceNumber,
    minSequenceNumber,
    addedFiles: count.added,
    existingFiles: count.existing,
    deletedFiles: count.deleted,
    addedRows: rows.added,
    existingRows: rows.existing,
    deletedRows: rows.deleted,
  };
}

const maximum = (a: bigint, b: bigint): bigint => (a > b ? a : b);
