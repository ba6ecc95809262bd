import type { Pool } from 'pg';
import { inTransaction } from '@/db/in-transaction.ts';
import { SEGMENT_TABLES, segmentTable } from '@/server/domain/names.ts';

const LOCK_TIMEOUT_MS = 200;

type Options = { pipelineId: string; number: number; committedSeq: bigint };

/**
 * Forgets segments that are committed. Whole tables are emptied with TRUNCATE, which gives the space back at once;
 * capture moves on to the next empty table when the present one has grown past `rotateBytes`. A reader in the way
 * only postpones it: nothing ever queues behind the lock.
 */
export async function pruneSegments(pool: Pool, options: Options & { rotateBytes: number }): Promise<void> {
  const { pipelineId, number, rotateBytes } = options;
  const { rows } = await pool.query<{ segment_table: number }>(
    'select segment_table from position where pipeline_id = $1',
    [pipelineId],
  );
  const current = rows[0]?.segment_table;
  if (current === undefined) return;

  for (let index = 0; index < SEGMENT_TABLES; index++) {
    if (index !== current) await truncateIfCommitted(pool, { ...options, index });
  }
  const next = (current + 1) % SEGMENT_TABLES;
  if (
    (await sizeOf(pool, segmentTable(number, current))) > rotateBytes &&
    (await isEmpty(pool, segmentTable(number, next)))
  ) {
    // Guarded by the old value; an append that races with it is refused and tries again on the new table.
    await pool.query('update position set segment_table = $3 where pipeline_id = $1 and segment_table = $2', [
      pipelineId,
      current,
      next,
    ]);
  }
}

/** Looks again under the lock: between the look and the lock, another worker may have rotated to this table. */
async function truncateIfCommitted(pool: Pool, options: Options & { index: number }): Promise<void> {
  const { pipelineId, number, committedSeq, index } = options;
  const table = segmentTable(number, index);
  if (await isEmpty(pool, table)) return;
  try {
    await inTransaction(pool, async (client) => {
      await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
      const { rows } = await client.query<{ done: boolean }>(
        /* sql */ `
      select segment_table <> $2 and coalesce((select max(seq) from ${table}), 0) <= $3 as done
        from position where pipeline_id = $1 for update`,
        [pipelineId, index, committedSeq],
      );
      if (rows[0]?.done) await client.query(/* sql */ `truncate ${table}`);
    });
  } catch (error) {
    const lockNotAvailable = '55P03';
    if (!(error instanceof Error && 'code' in error && error.code === lockNotAvailable)) throw error;
  }
}

async function sizeOf(pool: Pool, table: string): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>('select pg_total_relation_size($1::regclass) as bytes', [table]);
  return Number(rows[0]?.bytes ?? 0);
}

async function isEmpty(pool: Pool, table: string): Promise<boolean> {
  const { rows } = await pool.query(/* sql */ `select 1 from ${table} limit 1`);
  return rows.length === 0;
}
