import type { Pool } from 'pg';
import { inTransaction } from '@/db/in-transaction.ts';
import { formatLsn, type Lsn } from '@/server/domain/lsn.ts';
import { countNulls } from '@/worker/buffer/settle-letters.ts';
import type { WrittenCopy } from '@/worker/columnar/copy-chunk.ts';
import { ORDINALS_PER_CHUNK } from './copy-record.ts';
import type { ClaimedChunk } from './copy-table-chunk.ts';
import type { PipelineTable } from './definition.ts';
import { storeDeadLetters } from './store-dead-letters.ts';

export type CopiedChunk = {
  readonly chunk: ClaimedChunk;
  readonly worker: string;
  readonly table: PipelineTable;
  readonly snapshot: string;
  readonly snapshotLsn: Lsn;
  readonly written: Pick<WrittenCopy, 'rows' | 'rejects' | 'nulled'>;
  readonly epoch: number;
  readonly startLsn: string;
  /** DataFile JSON. */
  readonly files: { readonly mirror: unknown[]; readonly changelog: unknown[] };
};

/**
 * Records a chunk with the rows that it parked, in one transaction: another attempt may meet the rows in another order,
 * so what an earlier one parked under the same positions goes. False when another worker has taken the chunk over, or
 * the copy was begun anew, meanwhile.
 */
export async function storeCopiedChunk(pool: Pool, copied: CopiedChunk): Promise<boolean> {
  const { chunk, worker, table, snapshot, snapshotLsn, written, files, epoch, startLsn } = copied;
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      /* sql */ `
      with done as (
        update copy_chunk
           set state = 'done', snapshot = $4, snapshot_lsn = $7, rows = $5, files = $6, ended_at = now()
         where id = $1 and worker = $2 and state = 'running' and generation = $3
        returning pipeline_table_id
      )
      update pipeline_table set copy_rows = copy_rows + $5::bigint
        from done where id = done.pipeline_table_id and pipeline_table.generation = $3`,
      [chunk.id, worker, table.generation, snapshot, written.rows, JSON.stringify(files), formatLsn(snapshotLsn)],
    );
    const isStored = rowCount === 1;
    if (isStored) {
      const first = BigInt(chunk.ordinal) * ORDINALS_PER_CHUNK;
      await client.query(
        /* sql */ `
        delete from dead_letter
         where pipeline_table_id = $1 and epoch = $2 and lsn = $3 and op = 'r' and ordinal >= $4 and ordinal < $5`,
        [table.id, epoch, startLsn, first, first + ORDINALS_PER_CHUNK],
      );
      await storeDeadLetters(client, { table, epoch, rejects: written.rejects });
      await countNulls(client, { tableId: table.id, nulled: written.nulled });
    }
    return isStored;
  });
}
