import { currentSchema, MAIN_BRANCH, type Snapshot, type TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import type { TableRequirement } from '@/server/domain/iceberg/requirements.ts';
import { sameSchema } from '@/server/domain/iceberg/same-schema.ts';
import type { Schema } from '@/server/domain/iceberg/schema.ts';
import type { TableUpdate } from '@/server/domain/iceberg/updates.ts';
import type { TableCommitRequest } from './catalog/catalog.ts';
import type { CommitContext, TableCommit } from './commit-tables.ts';
import { expiredSnapshots } from './expire.ts';
import { markerProperties } from './marker.ts';
import { stageSnapshot } from './stage-snapshot.ts';

/** A commit whose files are written and whose request is ready. */
export type PreparedCommit = {
  readonly table: TableCommit;
  readonly request: TableCommitRequest;
  readonly snapshotId: bigint;
  /** Manifests and list of this attempt. */
  readonly writtenFiles: readonly string[];
  readonly expired: readonly Snapshot[];
};

/** Stages the snapshot of one table and builds its request. Nothing becomes visible. */
export async function prepareCommit(context: CommitContext, table: TableCommit): Promise<PreparedCommit> {
  const { metadata } = table.base;
  const { schemaUpdates = [], marker } = table;
  const nowMs = context.nowMs?.() ?? Date.now();
  const properties = marker ? markerProperties(marker) : {};
  const { snapshot, writtenFiles } = await stageSnapshot({
    storage: context.storage,
    reader: context.reader,
    metadata,
    schema: schemaAfter(metadata, schemaUpdates),
    changes: table.changes,
    properties,
    nowMs,
    ...(context.manifestLimits ? { limits: context.manifestLimits } : {}),
  });
  const expired = expiredSnapshots(metadata, {
    nowMs,
    ...(context.expiryLimits ? { limits: context.expiryLimits } : {}),
  });
  const snapshotId = snapshot['snapshot-id'];
  const updates: TableUpdate[] = [
    ...schemaUpdates,
    { action: 'add-snapshot', snapshot },
    { action: 'set-snapshot-ref', 'ref-name': MAIN_BRANCH, type: 'branch', 'snapshot-id': snapshotId },
    ...(marker ? [{ action: 'set-properties', updates: properties } as const] : []),
    ...(expired.length > 0
      ? [{ action: 'remove-snapshots', 'snapshot-ids': expired.map((old) => old['snapshot-id']) } as const]
      : []),
  ];
  const requirements = requirementsOf(metadata, schemaUpdates);
  return { table, request: { identifier: table.identifier, requirements, updates }, snapshotId, writtenFiles, expired };
}

/** The table is still the one that was loaded: same uuid, same main branch, same columns. */
function requirementsOf(metadata: TableMetadata, schemaUpdates: readonly TableUpdate[]): TableRequirement[] {
  const addsSchema = schemaUpdates.some((update) => update.action === 'add-schema');
  return [
    { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
    {
      type: 'assert-ref-snapshot-id',
      ref: MAIN_BRANCH,
      'snapshot-id': metadata.refs[MAIN_BRANCH]?.['snapshot-id'] ?? metadata['current-snapshot-id'],
    },
    { type: 'assert-current-schema-id', 'current-schema-id': metadata['current-schema-id'] },
    ...(addsSchema
      ? [{ type: 'assert-last-assigned-field-id', 'last-assigned-field-id': metadata['last-column-id'] } as const]
      : []),
  ];
}

/** The current schema once the updates are applied, under the id the catalog will give it. */
function schemaAfter(metadata: TableMetadata, updates: readonly TableUpdate[]): Schema {
  const added = updates.findLast((update) => update.action === 'add-schema');
  if (!added) return currentSchema(metadata);
  const known = metadata.schemas.find((schema) => sameSchema(schema, added.schema));
  const highest = Math.max(...metadata.schemas.map((schema) => schema['schema-id']));
  return { ...added.schema, 'schema-id': known?.['schema-id'] ?? highest + 1 };
}
