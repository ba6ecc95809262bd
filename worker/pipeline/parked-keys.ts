import type { Pool } from 'pg';
import { formatLsn, type Lsn } from '@/server/domain/lsn.ts';
import type { ParkedKey } from '@/worker/columnar/parked-keys.ts';

type Before = { readonly tableId: number; readonly epoch: number; readonly fromLsn: Lsn };

/**
 * Keys whose lake row is not the source's at `fromLsn`, where a batch begins: those with a parked change before it, and
 * those that a replay has carried from behind it. What the copy parked is before every batch. Letters of the batch itself, from an attempt that crashed, are not among them.
 */
export async function readParkedKeys(pool: Pool, { tableId, epoch, fromLsn }: Before): Promise<ParkedKey[]> {
  const { rows } = await pool.query<{ id: string; row_key: (string | null)[]; moves_only: boolean }>(
    /* sql */ `
    select id, row_key, not needs_mirror as moves_only
      from dead_letter
     where pipeline_table_id = $1 and jsonb_typeof(row_key) = 'array'
       and ((needs_mirror and (op = 'r' or (epoch, lsn) <= ($2, $3::pg_lsn))) or (epoch = $2 and replayed_lsn > $3::pg_lsn))
     order by id`,
    [tableId, epoch, formatLsn(fromLsn)],
  );
  return rows.map((row) => ({ id: Number(row.id), key: row.row_key, movesOnly: row.moves_only }));
}
