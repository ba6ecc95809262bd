import type { SnapshotSummary } from '@/server/domain/iceberg/metadata.ts';
import type { LakeCommit } from '@/worker/buffer/settle.ts';
import { findBatch, type Marker } from '@/worker/iceberg/marker.ts';
import type { LakeTarget } from './lake-targets.ts';
import type { Sent } from './send-commits.ts';

/** A lake table that has a batch already: an earlier attempt got that far, and nobody saw its end. */
export type Landed = { readonly tableId: number; readonly target: LakeTarget; readonly batchId: string };

type Options = {
  readonly sent: Sent;
  readonly landed: readonly Landed[];
  readonly marker: Marker;
  readonly kind: LakeCommit['kind'];
  /** Of the attempt that settles them. */
  readonly durationMs: number;
};

/** What goes into the history: the commits that were just sent, and those that landed unseen, by what their snapshots say. */
export function lakeCommits({ sent, landed, marker, kind, durationMs }: Options): LakeCommit[] {
  const seen = sent.committed.map(({ table, staged, snapshotId }) => ({
    tableId: table.id,
    mode: staged.target.mode,
    kind,
    batchId: marker.batchId,
    fromLsn: marker.fromLsn,
    toLsn: marker.toLsn,
    snapshotId,
    rowsAdded: staged.rowsAdded,
    rowsDeleted: staged.rowsDeleted,
    bytesAdded: staged.bytesAdded,
    durationMs,
  }));
  const unseen = landed.flatMap(({ tableId, target, batchId }) => {
    const found = findBatch(target.loaded.metadata, batchId);
    if (!found) return [];
    const { fromLsn, toLsn } = found.marker;
    const snapshotId = found.snapshot['snapshot-id'];
    const sums = sumsOf(found.snapshot.summary);
    return [
      { tableId, mode: target.mode, kind, batchId, fromLsn, toLsn, snapshotId, ...sums, durationMs, isFound: true },
    ];
  });
  return [...seen, ...unseen];
}

/** A row that is deleted is either named by a position, or was in a file that went. */
const sumsOf = (summary: SnapshotSummary) => ({
  rowsAdded: countOf(summary, 'added-records'),
  rowsDeleted: countOf(summary, 'added-position-deletes') + countOf(summary, 'deleted-records'),
  bytesAdded: countOf(summary, 'added-files-size'),
});

const countOf = (summary: SnapshotSummary, name: string): bigint => BigInt(summary[name] ?? 0);
