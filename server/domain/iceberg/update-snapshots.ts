import { requireCurrent, requireValid } from './commit-error.ts';
import { MAIN_BRANCH, type Snapshot, type SnapshotRef } from './metadata.ts';
import type { MetadataDraft } from './metadata-draft.ts';

/**
 * Adds a snapshot without making it current. A stale sequence number or first-row-id is a conflict, not an error of
 * the request: the client plans its commit again (REST catalog: CommitTableRequest).
 */
export function addSnapshot(draft: MetadataDraft, { snapshot }: { snapshot: Snapshot }): void {
  const id = snapshot['snapshot-id'];
  requireValid(draft.schemas.length > 0, 'Attempting to add a snapshot before a schema is added');
  requireValid(draft['partition-specs'].length > 0, 'Attempting to add a snapshot before a partition spec is added');
  requireValid(draft['sort-orders'].length > 0, 'Attempting to add a snapshot before a sort order is added');
  requireValid(!findSnapshot(draft, id), `Snapshot already exists for id: ${id}`);
  const sequence = snapshot['sequence-number'];
  const last = draft['last-sequence-number'];
  requireCurrent(
    sequence > last || snapshot['parent-snapshot-id'] === undefined,
    `Validation failed, please retry: Cannot add snapshot with sequence number ${sequence} older than last sequence number ${last}`,
  );
  if (draft['format-version'] >= 3) addRows(draft, snapshot);
  if (sequence > last) draft['last-sequence-number'] = sequence;
  draft.snapshots = [...draft.snapshots, snapshot];
  draft.updatedAtMs = snapshot['timestamp-ms'];
  draft.added.snapshots.add(id);
  draft.changed = true;
}

/** Points a branch or tag at a snapshot; main also becomes what readers see. */
export function setSnapshotRef(draft: MetadataDraft, update: { 'ref-name': string } & SnapshotRef): void {
  const { 'ref-name': name, ...rest } = update;
  const { action: _action, ...ref } = rest as SnapshotRef & { action?: string };
  const id = ref['snapshot-id'];
  const snapshot = findSnapshot(draft, id);
  requireValid(snapshot !== undefined, `Cannot set ${name} to unknown snapshot: ${id}`);
  requireValid(name !== MAIN_BRANCH || ref.type === 'branch', 'Cannot set main to a tag, it must be a branch');
  if (sameRef(refOf(draft, name), ref)) return;
  if (draft.added.snapshots.has(id)) draft.updatedAtMs = snapshot['timestamp-ms'];
  if (name === MAIN_BRANCH) {
    draft['current-snapshot-id'] = id;
    draft.mainHistory.push(id);
    draft['snapshot-log'] = [
      ...draft['snapshot-log'],
      { 'snapshot-id': id, 'timestamp-ms': draft.updatedAtMs ?? draft.nowMs },
    ];
  }
  draft.refs = { ...draft.refs, [name]: ref };
  draft.changed = true;
}

export function removeSnapshotRef(draft: MetadataDraft, update: { 'ref-name': string }): void {
  const name = update['ref-name'];
  if (!refOf(draft, name)) return;
  if (name === MAIN_BRANCH) draft['current-snapshot-id'] = null;
  draft.refs = Object.fromEntries(Object.entries(draft.refs).filter(([candidate]) => candidate !== name));
  draft.changed = true;
}

/** Forgets snapshots, their statistics and the refs that point at them. Unknown ids are ignored. */
export function removeSnapshots(draft: MetadataDraft, update: { 'snapshot-ids': readonly bigint[] }): void {
  const ids = new Set(update['snapshot-ids']);
  const kept = draft.snapshots.filter((snapshot) => !ids.has(snapshot['snapshot-id']));
  if (kept.length === draft.snapshots.length) return;
  draft.snapshots = kept;
  draft.statistics = draft.statistics.filter((file) => !ids.has(file['snapshot-id']));
  draft['partition-statistics'] = draft['partition-statistics'].filter((file) => !ids.has(file['snapshot-id']));
  for (const [name, ref] of Object.entries(draft.refs)) {
    if (ids.has(ref['snapshot-id'])) removeSnapshotRef(draft, { 'ref-name': name });
  }
  draft.removedSnapshots = true;
  draft.changed = true;
}

function addRows(draft: MetadataDraft, snapshot: Snapshot): void {
  const first = snapshot['first-row-id'];
  const next = draft['next-row-id'] ?? 0n;
  requireValid(first !== undefined, 'Cannot add a snapshot: first-row-id is null');
  requireCurrent(
    first >= next,
    `Validation failed, please retry: Cannot add a snapshot, first-row-id is behind table next-row-id: ${first} < ${next}`,
  );
  const added = snapshot['added-rows'];
  requireValid(added !== undefined && added >= 0n, 'Cannot add a snapshot: added-rows is null or negative');
  // Past the snapshot's own range even if it left a gap: ids must never be handed out twice.
  draft['next-row-id'] = first + added;
}

const findSnapshot = (draft: MetadataDraft, id: bigint): Snapshot | undefined =>
  draft.snapshots.find((snapshot) => snapshot['snapshot-id'] === id);

const refOf = (draft: MetadataDraft, name: string): SnapshotRef | undefined =>
  Object.hasOwn(draft.refs, name) ? draft.refs[name] : undefined;

const sameRef = (a: SnapshotRef | undefined, b: SnapshotRef): boolean =>
  a?.type === b.type &&
  a['snapshot-id'] === b['snapshot-id'] &&
  a['min-snapshots-to-keep'] === b['min-snapshots-to-keep'] &&
  a['max-snapshot-age-ms'] === b['max-snapshot-age-ms'] &&
  a['max-ref-age-ms'] === b['max-ref-age-ms'];
