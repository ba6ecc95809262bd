import { currentSchema, type Snapshot, type TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import type { DescribedTable, LakeSnapshot } from '@/server/lake/lake-view.ts';
import type { LoadedTable } from '@/worker/iceberg/catalog/catalog.ts';
import { schemaHistory, schemaView } from './schema-history.ts';

/** Newer ones tell what happens; a table that nobody expires has tens of thousands. */
const SNAPSHOTS_SHOWN = 500;

/** What a table's metadata say, for people. */
export function describeTable(loaded: LoadedTable): Omit<DescribedTable, 'files' | 'filesProblem'> {
  const { metadata } = loaded;
  const snapshots = [...metadata.snapshots].sort((a, b) => compare(b['sequence-number'], a['sequence-number']));
  return {
    uuid: metadata['table-uuid'],
    location: metadata.location,
    formatVersion: metadata['format-version'],
    metadataLocation: loaded.metadataLocation,
    lastUpdatedAt: isoOf(metadata['last-updated-ms']),
    schema: schemaView(currentSchema(metadata)),
    schemas: schemaHistory(metadata),
    snapshots: snapshots.slice(0, SNAPSHOTS_SHOWN).map((snapshot) => snapshotView(metadata, snapshot)),
    snapshotCount: snapshots.length,
    partitions: partitionsOf(metadata),
    properties: { ...metadata.properties },
  };
}

function snapshotView(metadata: TableMetadata, snapshot: Snapshot): LakeSnapshot {
  const { operation, ...summary } = snapshot.summary;
  const count = (name: string): number | null => {
    const text = summary[name];
    return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : null;
  };
  const totalFiles = count('total-data-files');
  return {
    id: String(snapshot['snapshot-id']),
    parentId: snapshot['parent-snapshot-id'] === undefined ? null : String(snapshot['parent-snapshot-id']),
    at: isoOf(snapshot['timestamp-ms']),
    operation,
    schemaId: snapshot['schema-id'] ?? null,
    current: metadata['current-snapshot-id'] === snapshot['snapshot-id'],
    addedRows: count('added-records'),
    deletedRows: added(
      count('added-position-deletes'),
      added(count('added-equality-deletes'), count('deleted-records')),
    ),
    addedFiles: added(count('added-data-files'), count('added-delete-files')),
    deletedFiles: added(count('deleted-data-files'), count('removed-delete-files')),
    addedBytes: count('added-files-size'),
    totalRows: count('total-records'),
    totalFiles: added(totalFiles, count('total-delete-files')),
    batchId: summary['philotes.batch-id'] ?? null,
    position: summary['philotes.to-lsn'] ?? null,
    summary,
  };
}

function partitionsOf(metadata: TableMetadata): DescribedTable['partitions'] {
  const names = new Map(
    metadata.schemas.flatMap((schema) => schema.fields.map((field) => [field.id, field.name] as const)),
  );
  return metadata['partition-specs'].map((spec) => ({
    specId: spec['spec-id'],
    current: spec['spec-id'] === metadata['default-spec-id'],
    fields: spec.fields.map((field) => ({
      name: field.name,
      transform: field.transform,
      column: names.get(field['source-id']) ?? `#${field['source-id']}`,
    })),
  }));
}

/** Sum of what is known; null when nothing is. */
const added = (a: number | null, b: number | null): number | null =>
  a === null && b === null ? null : (a ?? 0) + (b ?? 0);

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : Number(a > b));
const isoOf = (ms: bigint): string => new Date(Number(ms)).toISOString();
