import { inTransaction } from '@/db/in-transaction.ts';
import { formatLsn } from '@/server/domain/lsn.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { holdLease, insertHistory, moveMarker } from '@/worker/buffer/settle.ts';
import type { Marker } from '@/worker/iceberg/marker.ts';
import type { CommitShift } from './commit.ts';
import type { PipelineTable } from './definition.ts';
import { type Landed, lakeCommits } from './lake-commits.ts';
import type { Sent } from './send-commits.ts';

export type Joined = {
  table: PipelineTable;
  marker: Marker;
  sent: Sent;
  /** Lake tables that were brought further without anything being sent now. */
  landed: readonly Landed[];
  rows: bigint;
  superseded: readonly number[];
  nulled: ReadonlyMap<string, number>;
  kind: 'copy' | 'stream';
  durationMs: number;
  /** More was kept for the table than the lake has now: it goes on catching up from there. */
  isBehind?: boolean;
};

/** What a repair does not settle. */
const REMAINING_DOUBTS = /* sql */ `(
  select coalesce(jsonb_agg(doubt), '[]') from jsonb_array_elements(doubts) doubt
   where doubt->>'kind' <> 'verification' and (doubt->>'at')::timestamptz >= (copy_scope->>'settles')::timestamptz)`;

/**
 * Makes a table live, with what was kept for it carried, or leaves it catching up behind what was. A pause that came meanwhile stays; a table that was begun anew
 * meanwhile is left alone: COMMIT_CONFLICT.
 */
export async function settleJoin(
  shift: CommitShift,
  { table, marker, sent, landed, rows, superseded, nulled, kind, durationMs, isBehind = false }: Joined,
): Promise<void> {
  await inTransaction(shift.deps.database.pool, async (client) => {
    await holdLease(client, shift.lease);
    const { rowCount } = await client.query(
      /* sql */ `
      update pipeline_table
         set state = case when state = 'paused' then state when $3 then 'catching_up' else 'live' end, is_joined = true, error_code = null, error_message = null, error_at = null,
             copy_rows = coalesce((copy_scope #>> '{whole,rows}')::bigint, copy_rows),
             copy_rows_estimate = coalesce((copy_scope #>> '{whole,rowsEstimate}')::bigint, copy_rows_estimate),
             doubts = case when copy_scope ? 'settles' then ${REMAINING_DOUBTS} else doubts end,
             copy_scope = null
       where id = $1 and generation = $2 and state in ('catching_up', 'paused')`,
      [table.id, table.generation, isBehind],
    );
    if (rowCount !== 1) throw new AppError('COMMIT_CONFLICT', 'the table was begun anew while its copy joined');
    // A lake table without any row has no snapshot and so no marker to compare.
    const batches = [
      ...landed.map(({ target, batchId }) => [target.mode, batchId]),
      ...sent.committed.map(({ staged }) => [staged.target.mode, marker.batchId]),
    ];
    await moveMarker(client, {
      tableId: table.id,
      toLsn: marker.toLsn,
      rows,
      superseded,
      nulled,
      batchIds: Object.fromEntries(batches),
    });
    await insertHistory(client, lakeCommits({ sent, landed, marker, kind, durationMs }));
    await client.query('delete from spill_block where pipeline_table_id = $1 and (not $2 or to_lsn <= $3::pg_lsn)', [
      table.id,
      isBehind,
      formatLsn(marker.toLsn),
    ]);
  });
}
