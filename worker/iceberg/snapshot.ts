import { randomBytes } from 'node:crypto';
import type { SnapshotOperation, SnapshotSummary, TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import { snapshotById } from '@/server/domain/iceberg/metadata.ts';
import type { StoredFile } from './manifest.ts';

/** A random positive 63-bit id that the table does not use. */
export function newSnapshotId(metadata: TableMetadata): bigint {
  for (;;) {
    const id = BigInt.asUintN(63, randomBytes(8).readBigUInt64BE());
    if (id > 0n && !snapshotById(metadata, id)) return id;
  }
}

/**
 * The summary of a snapshot (spec: Appendix F, Snapshot summary): what it added and removed, and the totals after it.
 * A total that the parent does not state stays unstated; the first snapshot starts from zero.
 */
export function snapshotSummary(options: {
  operation: SnapshotOperation;
  added: readonly StoredFile[];
  removed: readonly StoredFile[];
  parent: SnapshotSummary | null;
  properties: Readonly<Record<string, string>>;
}): SnapshotSummary {
  const added = tally(options.added);
  const removed = tally(options.removed);
  const summary: Record<string, string> = {};
  for (const measure of MEASURES) {
    const [plus, minus] = [added[measure.name], removed[measure.name]];
    if (plus > 0n) summary[`added-${measure.name}`] = String(plus);
    if (minus > 0n) summary[`${measure.removed}-${measure.name}`] = String(minus);
    if (!measure.total) continue;
    const before = options.parent ? parseTotal(options.parent[`total-${measure.name}`]) : 0n;
    const after = before === null ? null : before + plus - minus;
    if (after !== null && after >= 0n) summary[`total-${measure.name}`] = String(after);
  }
  if (options.added.length + options.removed.length > 0) summary['changed-partition-count'] = '1';
  return { ...summary, ...options.properties, operation: options.operation };
}

/** The words of the specification are not regular: data and records are `deleted`, the rest `removed`. */
const MEASURES = [
  { name: 'data-files', removed: 'deleted', total: true },
  { name: 'records', removed: 'deleted', total: true },
  { name: 'files-size', removed: 'removed', total: true },
  { name: 'delete-files', removed: 'removed', total: true },
  { name: 'position-delete-files', removed: 'removed', total: false },
  { name: 'equality-delete-files', removed: 'removed', total: false },
  { name: 'position-deletes', removed: 'removed', total: true },
  { name: 'equality-deletes', removed: 'removed', total: true },
] as const;

type Tally = Record<(typeof MEASURES)[number]['name'], bigint>;

function tally(files: readonly StoredFile[]): Tally {
  const of = (content: StoredFile['content']) => files.filter((file) => file.content === content);
  const [data, positions, equalities] = [of('data'), of('position-deletes'), of('equality-deletes')];
  return {
    'data-files': BigInt(data.length),
    records: rowsOf(data),
    'files-size': files.reduce((sum, file) => sum + BigInt(file.bytes), 0n),
    'delete-files': BigInt(positions.length + equalities.length),
    'position-delete-files': BigInt(positions.length),
    'equality-delete-files': BigInt(equalities.length),
    'position-deletes': rowsOf(positions),
    'equality-deletes': rowsOf(equalities),
  };
}

const rowsOf = (files: readonly StoredFile[]): bigint => files.reduce((sum, file) => sum + BigInt(file.rows), 0n);

const parseTotal = (text: string | undefined): bigint | null =>
  text !== undefined && /^\d+$/.test(text) ? BigInt(text) : null;
