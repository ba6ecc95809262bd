import { requireValid } from './commit-error.ts';
import type { EncryptedKey, PartitionStatisticsFile, Properties, StatisticsFile } from './metadata.ts';
import type { MetadataDraft } from './metadata-draft.ts';

export const FORMAT_VERSION_MAX = 3;

export function assignUuid(draft: MetadataDraft, { uuid }: { uuid: string }): void {
  if (draft['table-uuid'] === uuid) return;
  draft['table-uuid'] = uuid;
  draft.changed = true;
}

export function upgradeFormatVersion(draft: MetadataDraft, update: { 'format-version': number }): void {
  const [from, to] = [draft['format-version'], update['format-version']];
  const supported = `(supported: v${FORMAT_VERSION_MAX})`;
  requireValid(to <= FORMAT_VERSION_MAX, `Cannot upgrade table to unsupported format version: v${to} ${supported}`);
  requireValid(to >= from, `Cannot downgrade v${from} table to v${to}`);
  if (to === from) return;
  draft['format-version'] = to;
  if (to >= 3) draft['next-row-id'] ??= 0n;
  draft.changed = true;
}

export function setLocation(draft: MetadataDraft, update: { location: string }): void {
  const location = update.location.replace(/\/+$/, '');
  requireValid(location !== '', 'Invalid table location: empty');
  if (draft.location === location) return;
  draft.location = location;
  draft.changed = true;
}

export function setProperties(draft: MetadataDraft, { updates }: { updates: Properties }): void {
  if (Object.keys(updates).length === 0) return;
  draft.properties = { ...draft.properties, ...updates };
  draft.changed = true;
}

export function removeProperties(draft: MetadataDraft, { removals }: { removals: readonly string[] }): void {
  if (removals.length === 0) return;
  const removed = new Set(removals);
  draft.properties = Object.fromEntries(Object.entries(draft.properties).filter(([key]) => !removed.has(key)));
  draft.changed = true;
}

export function setStatistics(draft: MetadataDraft, { statistics }: { statistics: StatisticsFile }): void {
  draft.statistics = [...without(draft.statistics, statistics['snapshot-id']), statistics];
  draft.changed = true;
}

export function removeStatistics(draft: MetadataDraft, update: { 'snapshot-id': bigint }): void {
  const kept = without(draft.statistics, update['snapshot-id']);
  if (kept.length < draft.statistics.length) draft.changed = true;
  draft.statistics = kept;
}

export function setPartitionStatistics(
  draft: MetadataDraft,
  update: { 'partition-statistics': PartitionStatisticsFile },
): void {
  const file = update['partition-statistics'];
  draft['partition-statistics'] = [...without(draft['partition-statistics'], file['snapshot-id']), file];
  draft.changed = true;
}

export function removePartitionStatistics(draft: MetadataDraft, update: { 'snapshot-id': bigint }): void {
  const kept = without(draft['partition-statistics'], update['snapshot-id']);
  if (kept.length < draft['partition-statistics'].length) draft.changed = true;
  draft['partition-statistics'] = kept;
}

export function addEncryptionKey(draft: MetadataDraft, update: { 'encryption-key': EncryptedKey }): void {
  const key = update['encryption-key'];
  const others = (draft['encryption-keys'] ?? []).filter((known) => known['key-id'] !== key['key-id']);
  draft['encryption-keys'] = [...others, key];
  draft.changed = true;
}

export function removeEncryptionKey(draft: MetadataDraft, update: { 'key-id': string }): void {
  const keys = draft['encryption-keys'] ?? [];
  const kept = keys.filter((known) => known['key-id'] !== update['key-id']);
  if (kept.length === keys.length) return;
  draft['encryption-keys'] = kept;
  draft.changed = true;
}

const without = <File extends { readonly 'snapshot-id': bigint }>(files: readonly File[], id: bigint): File[] =>
  files.filter((file) => file['snapshot-id'] !== id);
