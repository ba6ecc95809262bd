import { applyUpdates } from './apply-updates.ts';
import { checkSchema } from './check-schema.ts';
import { CommitError, requireValid } from './commit-error.ts';
import { assignFreshIds } from './fresh-ids.ts';
import type { Properties, SortOrder, TableMetadata } from './metadata.ts';
import type { Schema } from './schema.ts';
import { FORMAT_VERSION_MAX } from './update-table.ts';
import { LAST_ADDED, type UnboundPartitionSpec } from './updates.ts';

export type NewTable = {
  readonly uuid: string;
  readonly location: string;
  readonly schema: Schema;
  readonly partitionSpec?: UnboundPartitionSpec | undefined;
  readonly writeOrder?: SortOrder | undefined;
  readonly properties: Properties;
  readonly nowMs: bigint;
};

/**
 * Metadata of a table that is about to be created: field ids, spec and order are numbered anew, and the format version
 * comes from the property of that name. Throws CommitError (`invalid`).
 */
export function newTableMetadata(table: NewTable): TableMetadata {
  const version = formatVersion(table.properties);
  // Before numbering anew, which would hide a doubly used id.
  checkSchema(table.schema, version);
  const { schema, newIds } = assignFreshIds(table.schema);
  const sourceId = (id: number): number => newIds.get(id) ?? unknownColumn(id);
  const spec = (table.partitionSpec?.fields ?? []).map(({ 'field-id': _id, ...field }) => ({
    ...field,
    'source-id': sourceId(field['source-id']),
  }));
  const order = (table.writeOrder?.fields ?? []).map((field) => ({
    ...field,
    'source-id': sourceId(field['source-id']),
  }));
  return applyUpdates({
    base: null,
    nowMs: table.nowMs,
    updates: [
      { action: 'assign-uuid', uuid: table.uuid },
      { action: 'upgrade-format-version', 'format-version': version },
      { action: 'add-schema', schema },
      { action: 'set-current-schema', 'schema-id': LAST_ADDED },
      { action: 'add-spec', spec: { fields: spec } },
      { action: 'set-default-spec', 'spec-id': LAST_ADDED },
      { action: 'add-sort-order', 'sort-order': { 'order-id': 1, fields: order } },
      { action: 'set-default-sort-order', 'sort-order-id': LAST_ADDED },
      { action: 'set-location', location: table.location },
      { action: 'set-properties', updates: { ...DEFAULTS, ...withoutReserved(table.properties) } },
    ],
  });
}

const DEFAULTS = { 'write.parquet.compression-codec': 'zstd' };

/** Names that describe the metadata itself and are never kept as properties (Java: TableProperties.RESERVED_PROPERTIES). */
const RESERVED = new Set([
  'format-version',
  'uuid',
  'snapshot-count',
  'current-snapshot-id',
  'current-snapshot-summary',
  'current-snapshot-timestamp-ms',
  'current-schema',
  'default-partition-spec',
  'default-sort-order',
]);

const withoutReserved = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([key]) => !RESERVED.has(key)));

function formatVersion(properties: Properties): number {
  const stated = properties['format-version'] ?? '2';
  const version = Number(stated);
  const supported = Number.isInteger(version) && version >= 2 && version <= FORMAT_VERSION_MAX;
  requireValid(supported, `Unsupported format version: v${stated} (supported: v2 to v${FORMAT_VERSION_MAX})`);
  return version;
}

function unknownColumn(id: number): never {
  throw new CommitError('invalid', `Cannot find source column: ${id}`);
}
