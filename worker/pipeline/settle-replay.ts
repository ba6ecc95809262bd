import type { Pool } from 'pg';
import { inTransaction } from '@/db/in-transaction.ts';
import type { Lease } from '@/worker/buffer/lease.ts';
import { holdLease, insertHistory, moveMarker } from '@/worker/buffer/settle.ts';
import type { Marker } from '@/worker/iceberg/marker.ts';
import { lakeCommits } from './lake-commits.ts';
import type { LakeTarget } from './lake-targets.ts';
import type { ReplayGroup } from './requested-replays.ts';
import type { Sent } from './send-commits.ts';

export type ReplaySettlement = {
  readonly lease: Lease;
  readonly group: ReplayGroup;
  readonly marker: Marker;
  readonly sent: Sent;
  readonly landed: readonly LakeTarget[];
  readonly nulled: ReadonlyMap<string, number>;
  readonly durationMs: number;
};

/** Closes the letters and moves the markers in one transaction, refused under a stale lease. */
export async function settleReplay(pool: Pool, settlement: ReplaySettlement): Promise<void> {
  const { lease, group, marker, sent, landed, nulled, durationMs } = settlement;
  await inTransaction(pool, async (client) => {
    await holdLease(client, lease);
    await client.query(
      /* sql */ `
      update dead_letter
         set needs_mirror = needs_mirror and $3 <> 'mirror', needs_changelog = needs_changelog and $3 <> 'changelog'
       where id = any($1) and replay_batch_id = $2`,
      [group.letters.map(({ id }) => id), group.batchId, group.mode],
    );
    // The mirror shows the present row of these keys: whatever else was parked under them is made good, too.
    await client.query(
      /* sql */ `
      update dead_letter other
         set needs_mirror = false, replayed_lsn = carried.replayed_lsn,
             state = case when state in ('open', 'replay_requested') and not needs_changelog then 'superseded' else state end,
             closed_at = case when needs_changelog then closed_at else coalesce(closed_at, now()) end
        from (select pipeline_table_id, row_key, max(replayed_lsn) as replayed_lsn from dead_letter
               where replay_batch_id = $1 and $2 = 'mirror' and replayed_lsn is not null and jsonb_typeof(row_key) = 'array'
               group by pipeline_table_id, row_key) carried
       where other.pipeline_table_id = carried.pipeline_table_id and other.row_key = carried.row_key and other.needs_mirror`,
      [group.batchId, group.mode],
    );
    await client.query(
      /* sql */ `
      update dead_letter
         set state = case when needs_changelog then state else 'replayed' end, replay_batch_id = null,
             closed_at = case when needs_changelog then null else now() end
       where id = any($1) and replay_batch_id = $2`,
      [group.letters.map(({ id }) => id), group.batchId],
    );
    const modes = [...sent.committed.map(({ staged }) => staged.target.mode), ...landed.map(({ mode }) => mode)];
    await moveMarker(client, {
      tableId: group.tableId,
      toLsn: marker.toLsn,
      rows: BigInt(sent.committed.length > 0 ? group.letters.length : 0),
      batchIds: Object.fromEntries(modes.map((mode) => [mode, group.batchId])),
      superseded: [],
      nulled,
    });
    const { tableId, batchId } = group;
    const unseen = landed.map((target) => ({ tableId, target, batchId }));
    await insertHistory(client, lakeCommits({ sent, landed: unseen, marker, kind: 'replay', durationMs }));
  });
}
