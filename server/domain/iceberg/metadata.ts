import type { Schema } from './schema.ts';

/** Table metadata in its JSON field names (spec: Table Metadata Fields, format versions 2 and 3). Longs are bigint. */
export type TableMetadata = {
  readonly 'format-version': number;
  readonly 'table-uuid': string;
  /** Without a trailing slash. */
  readonly location: string;
  readonly 'last-sequence-number': bigint;
  readonly 'last-updated-ms': bigint;
  readonly 'last-column-id': number;
  readonly schemas: readonly Schema[];
  readonly 'current-schema-id': number;
  readonly 'partition-specs': readonly PartitionSpec[];
  readonly 'default-spec-id': number;
  readonly 'last-partition-id': number;
  readonly 'sort-orders': readonly SortOrder[];
  readonly 'default-sort-order-id': number;
  readonly properties: Properties;
  /** Null when there is none; the JSON form of version 2 says -1. */
  readonly 'current-snapshot-id': bigint | null;
  readonly snapshots: readonly Snapshot[];
  readonly 'snapshot-log': readonly SnapshotLogEntry[];
  readonly 'metadata-log': readonly MetadataLogEntry[];
  readonly refs: Readonly<Record<string, SnapshotRef>>;
  readonly statistics: readonly StatisticsFile[];
  readonly 'partition-statistics': readonly PartitionStatisticsFile[];
  /** Version 3 only. */
  readonly 'next-row-id'?: bigint;
  readonly 'encryption-keys'?: readonly EncryptedKey[];
};

export type Properties = Readonly<Record<string, string>>;

export type Snapshot = {
  /** A random positive 63-bit number. */
  readonly 'snapshot-id': bigint;
  readonly 'parent-snapshot-id'?: bigint;
  readonly 'sequence-number': bigint;
  readonly 'timestamp-ms': bigint;
  readonly 'manifest-list': string;
  readonly summary: SnapshotSummary;
  readonly 'schema-id'?: number;
  /** Version 3: the table's next-row-id when this commit was attempted. */
  readonly 'first-row-id'?: bigint;
  /** Version 3: how far the commit moves next-row-id. */
  readonly 'added-rows'?: bigint;
  readonly 'key-id'?: string;
};

export type SnapshotOperation = 'append' | 'replace' | 'overwrite' | 'delete';
export type SnapshotSummary = { readonly operation: SnapshotOperation; readonly [key: string]: string };

export type SnapshotRef = {
  readonly 'snapshot-id': bigint;
  readonly type: 'branch' | 'tag';
  readonly 'min-snapshots-to-keep'?: number;
  readonly 'max-snapshot-age-ms'?: bigint;
  readonly 'max-ref-age-ms'?: bigint;
};

export const MAIN_BRANCH = 'main';

export type PartitionField = {
  readonly 'source-id': number;
  readonly 'field-id': number;
  readonly name: string;
  /** `identity`, `bucket[16]`, `truncate[4]`, `year`, `month`, `day`, `hour`, `void`. */
  readonly transform: string;
};
export type PartitionSpec = { readonly 'spec-id': number; readonly fields: readonly PartitionField[] };

export type SortField = {
  readonly transform: string;
  readonly 'source-id': number;
  readonly direction: 'asc' | 'desc';
  readonly 'null-order': 'nulls-first' | 'nulls-last';
};
export type SortOrder = { readonly 'order-id': number; readonly fields: readonly SortField[] };

export type SnapshotLogEntry = { readonly 'snapshot-id': bigint; readonly 'timestamp-ms': bigint };
export type MetadataLogEntry = { readonly 'metadata-file': string; readonly 'timestamp-ms': bigint };

export type StatisticsFile = {
  readonly 'snapshot-id': bigint;
  readonly 'statistics-path': string;
  readonly 'file-size-in-bytes': bigint;
  readonly 'file-footer-size-in-bytes': bigint;
  readonly 'blob-metadata': readonly unknown[];
};
export type PartitionStatisticsFile = {
  readonly 'snapshot-id': bigint;
  readonly 'statistics-path': string;
  readonly 'file-size-in-bytes': bigint;
};
export type EncryptedKey = { readonly 'key-id': string; readonly 'encrypted-key-metadata': string };

/** The schema new data is written with. Throws when the metadata does not hold it. */
export function currentSchema(metadata: TableMetadata): Schema {
  const schema = metadata.schemas.find((candidate) => candidate['schema-id'] === metadata['current-schema-id']);
  if (!schema) throw new TypeError(`table metadata without its current schema ${metadata['current-schema-id']}`);
  return schema;
}

export function snapshotById(metadata: TableMetadata, id: bigint): Snapshot | undefined {
  return metadata.snapshots.find((snapshot) => snapshot['snapshot-id'] === id);
}

/** The snapshot a reader of the table sees; undefined for a table that was never written. */
export function currentSnapshot(metadata: TableMetadata): Snapshot | undefined {
  const id = metadata['current-snapshot-id'];
  return id === null ? undefined : snapshotById(metadata, id);
}

/** A snapshot and its ancestors, newest first, as far as the metadata still has them. */
export function* ancestry(metadata: TableMetadata, from: bigint | null): Generator<Snapshot> {
  const byId = new Map(metadata.snapshots.map((snapshot) => [snapshot['snapshot-id'], snapshot]));
  let next = from === null ? undefined : byId.get(from);
  while (next) {
    yield next;
    const parent = next['parent-snapshot-id'];
    byId.delete(next['snapshot-id']);
    next = parent === undefined ? undefined : byId.get(parent);
  }
}
