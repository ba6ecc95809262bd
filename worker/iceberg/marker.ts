import { ancestry, type Properties, type Snapshot, type TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import { formatLsn, type Lsn, parseLsn } from '@/server/domain/lsn.ts';

/** How far a table is and who brought it there: goes with every commit, as table properties and in the summary. */
export type Marker = {
  readonly pipelineId: string;
  readonly epoch: number;
  /** The table's position before the commit, and after. */
  readonly fromLsn: Lsn;
  readonly toLsn: Lsn;
  readonly batchId: string;
  readonly leaseToken: bigint;
};

export const markerProperties = (marker: Marker): Properties => ({
  [NAMES.pipelineId]: marker.pipelineId,
  [NAMES.epoch]: String(marker.epoch),
  [NAMES.fromLsn]: formatLsn(marker.fromLsn),
  [NAMES.toLsn]: formatLsn(marker.toLsn),
  [NAMES.batchId]: marker.batchId,
  [NAMES.leaseToken]: String(marker.leaseToken),
});

/**
 * The marker of the table's last commit by a pipeline: its properties, or, should another tool have removed them, the
 * summary of the newest ancestor that has one. Null when the table never had one. Throws TypeError on a damaged one.
 */
export function readMarker(metadata: TableMetadata): Marker | null {
  const own = parseMarker(metadata.properties);
  if (own) return own;
  for (const snapshot of ancestry(metadata, metadata['current-snapshot-id'])) {
    const marker = parseMarker(snapshot.summary);
    if (marker) return marker;
  }
  return null;
}

/**
 * Whether the table's content is older than its marker: somebody moved main back, which leaves the properties as they were.
 * Snapshots of others on top of ours are fine, and so are none of ours left.
 */
export function isRolledBack(metadata: TableMetadata): boolean {
  const own = parseMarker(metadata.properties);
  if (!own) return false;
  for (const snapshot of ancestry(metadata, metadata['current-snapshot-id'])) {
    const marker = parseMarker(snapshot.summary);
    if (marker) return marker.batchId !== own.batchId || marker.epoch !== own.epoch;
  }
  return false;
}

/** The snapshot that brought a batch, with its marker; null when there is none, or it has expired. */
export function findBatch(metadata: TableMetadata, batchId: string): { snapshot: Snapshot; marker: Marker } | null {
  for (const snapshot of ancestry(metadata, metadata['current-snapshot-id'])) {
    const marker = parseMarker(snapshot.summary);
    if (marker?.batchId === batchId) return { snapshot, marker };
  }
  return null;
}

export function sameMarker(a: Marker | null, b: Marker | null): boolean {
  if (!a || !b) return a === b;
  return (Object.keys(NAMES) as (keyof Marker)[]).every((key) => a[key] === b[key]);
}

const NAMES = {
  pipelineId: 'philotes.pipeline-id',
  epoch: 'philotes.epoch',
  fromLsn: 'philotes.from-lsn',
  toLsn: 'philotes.to-lsn',
  batchId: 'philotes.batch-id',
  leaseToken: 'philotes.lease-token',
} as const satisfies Record<keyof Marker, string>;

function parseMarker(properties: Properties): Marker | null {
  const pipelineId = properties[NAMES.pipelineId];
  if (pipelineId === undefined) return null;
  const of = (name: string): string => {
    const text = properties[name];
    if (text === undefined) throw new TypeError(`table marker without ${name}`);
    return text;
  };
  return {
    pipelineId,
    epoch: Number(wholeNumber(of(NAMES.epoch))),
    fromLsn: parseLsn(of(NAMES.fromLsn)),
    toLsn: parseLsn(of(NAMES.toLsn)),
    batchId: of(NAMES.batchId),
    leaseToken: wholeNumber(of(NAMES.leaseToken)),
  };
}

function wholeNumber(text: string): bigint {
  if (!/^\d+$/.test(text)) throw new TypeError('table marker with a damaged number');
  return BigInt(text);
}
