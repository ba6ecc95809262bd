import { requireValid } from './commit-error.ts';
import { checkLayout } from './layout-binding.ts';
import type { MetadataLogEntry, SnapshotLogEntry, TableMetadata } from './metadata.ts';
import { endDraft, type MetadataDraft, startDraft } from './metadata-draft.ts';
import * as layout from './update-layout.ts';
import * as snapshots from './update-snapshots.ts';
import * as table from './update-table.ts';
import type { TableUpdate } from './updates.ts';

export type ApplyOptions = {
  /** The present metadata and the file it was read from; null for a table that this request creates. */
  readonly base: { readonly metadata: TableMetadata; readonly location: string } | null;
  readonly updates: readonly TableUpdate[];
  readonly nowMs: bigint;
};

/**
 * The metadata after a commit's updates, applied in order (Java: TableMetadata.Builder). Returns the present metadata
 * itself when nothing changes, so that no file need be written. Throws CommitError.
 */
export function applyUpdates({ base, updates, nowMs }: ApplyOptions): TableMetadata {
  const draft = startDraft(base?.metadata ?? null, nowMs);
  for (const update of updates) applyUpdate(draft, update);
  if (base && !draft.changed) return base.metadata;
  requireValid(draft['table-uuid'] !== '', 'Cannot build table metadata without a table UUID');
  requireValid(draft.location !== '', 'Cannot build table metadata without a location');
  checkLayout(draft);
  const before = base?.metadata['last-updated-ms'] ?? 0n;
  // Readers refuse metadata whose times run backwards, so a client's slow clock may not turn ours back.
  draft['last-updated-ms'] = later(draft.updatedAtMs ?? nowMs, before);
  draft['snapshot-log'] = snapshotLog(draft);
  if (base) draft['metadata-log'] = metadataLog(draft, { 'metadata-file': base.location, 'timestamp-ms': before });
  return endDraft(draft);
}

type Handlers = {
  [Action in TableUpdate['action']]: (draft: MetadataDraft, update: Extract<TableUpdate, { action: Action }>) => void;
};

const HANDLERS: Handlers = {
  'assign-uuid': table.assignUuid,
  'upgrade-format-version': table.upgradeFormatVersion,
  'add-schema': layout.addSchema,
  'set-current-schema': layout.setCurrentSchema,
  'add-spec': layout.addSpec,
  'set-default-spec': layout.setDefaultSpec,
  'add-sort-order': layout.addOrder,
  'set-default-sort-order': layout.setDefaultSortOrder,
  'add-snapshot': snapshots.addSnapshot,
  'set-snapshot-ref': snapshots.setSnapshotRef,
  'remove-snapshots': snapshots.removeSnapshots,
  'remove-snapshot-ref': snapshots.removeSnapshotRef,
  'set-location': table.setLocation,
  'set-properties': table.setProperties,
  'remove-properties': table.removeProperties,
  'set-statistics': table.setStatistics,
  'remove-statistics': table.removeStatistics,
  'set-partition-statistics': table.setPartitionStatistics,
  'remove-partition-statistics': table.removePartitionStatistics,
  'remove-partition-specs': layout.removePartitionSpecs,
  'remove-schemas': layout.removeSchemas,
  'add-encryption-key': table.addEncryptionKey,
  'remove-encryption-key': table.removeEncryptionKey,
};

function applyUpdate<Action extends TableUpdate['action']>(
  draft: MetadataDraft,
  update: Extract<TableUpdate, { action: Action }>,
): void {
  const handler: (draft: MetadataDraft, update: Extract<TableUpdate, { action: Action }>) => void =
    HANDLERS[update.action as Action];
  handler(draft, update);
}

/**
 * Snapshots that were current only within this request leave the log; an expired one takes everything before it along,
 * since a gap would make time travel answer wrongly.
 */
function snapshotLog(draft: MetadataDraft): readonly SnapshotLogEntry[] {
  const current = draft['current-snapshot-id'];
  const passing = new Set(draft.mainHistory.filter((id) => draft.added.snapshots.has(id) && id !== current));
  const present = new Set(draft.snapshots.map((snapshot) => snapshot['snapshot-id']));
  let log: SnapshotLogEntry[] = [];
  for (const entry of draft['snapshot-log']) {
    const id = entry['snapshot-id'];
    if (!present.has(id)) {
      if (draft.removedSnapshots) log = [];
    } else if (!passing.has(id)) {
      const last = log.at(-1)?.['timestamp-ms'] ?? 0n;
      log.push({ 'snapshot-id': id, 'timestamp-ms': later(entry['timestamp-ms'], last) });
    }
  }
  return log;
}

/** Property of the table: how many earlier metadata files its log names. */
const PREVIOUS_VERSIONS_MAX = 'write.metadata.previous-versions-max';
const PREVIOUS_VERSIONS_MAX_DEFAULT = 100;

function metadataLog(draft: MetadataDraft, previous: MetadataLogEntry): readonly MetadataLogEntry[] {
  const stated = Number.parseInt(draft.properties[PREVIOUS_VERSIONS_MAX] ?? '', 10);
  const max = Math.max(1, Number.isNaN(stated) ? PREVIOUS_VERSIONS_MAX_DEFAULT : stated);
  return [...draft['metadata-log'], previous].slice(-max);
}

const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);
