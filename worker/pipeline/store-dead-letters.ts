import type { Pool } from 'pg';
import { formatLsn, toLsn } from '@/server/domain/lsn.ts';
import type { Reject } from '@/worker/columnar/reject.ts';

/** Parks rows that the lake cannot hold, before the commit that leaves them out. Unique by position: safe to repeat. */
export async function storeDeadLetters(
  pool: Pool,
  options: { tableId: number; epoch: number; schemaHash: string; rejects: readonly Reject[] },
): Promise<void> {
  const { tableId, epoch, schemaHash, rejects } = options;
  for (const reject of rejects) {
    await pool.query(
      /* sql */ `
      insert into dead_letter (pipeline_table_id, epoch, lsn, ordinal, op, column_name, reason, schema_hash, payload)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      on conflict on constraint dead_letter_position do nothing`,
      [
        tableId,
        epoch,
        formatLsn(toLsn(reject.lsn)),
        reject.ordinal,
        reject.op.toLowerCase(),
        reject.column,
        reject.reason,
        schemaHash,
        reject.payload,
      ],
    );
  }
}
