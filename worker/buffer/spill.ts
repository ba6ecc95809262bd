import type { Pool } from 'pg';
import { fetchBytes } from '@/db/fetch-bytes.ts';
import { type Lsn, parseLsn } from '@/server/domain/lsn.ts';

/** A block that waits for its table. */
export type SpilledBlock = {
  readonly id: bigint;
  /** Last commit of its segment. */
  readonly toLsn: Lsn;
  readonly schemaHash: string;
  readonly rows: number;
  readonly hasUnchanged: boolean;
  readonly hasTruncate: boolean;
};

/** What waits for a table, in stream order; blocks of other generations are waste. */
export async function listSpill(
  pool: Pool,
  { tableId, generation }: { tableId: number; generation: number },
): Promise<SpilledBlock[]> {
  const { rows } = await pool.query<{
    id: string;
    to_lsn: string;
    schema_hash: string;
    rows: number;
    has_unchanged: boolean;
    has_truncate: boolean;
  }>(
    /* sql */ `
    select id, to_lsn::text, schema_hash, rows, has_unchanged, has_truncate
      from spill_block where pipeline_table_id = $1 and generation = $2
     order by segment_seq, id`,
    [tableId, generation],
  );
  return rows.map((row) => ({
    id: BigInt(row.id),
    toLsn: parseLsn(row.to_lsn),
    schemaHash: row.schema_hash,
    rows: row.rows,
    hasUnchanged: row.has_unchanged,
    hasTruncate: row.has_truncate,
  }));
}

/** One spilled block's compressed bytes. */
export async function readSpilledBlock(pool: Pool, id: bigint): Promise<Buffer> {
  const [payload] = await fetchBytes(pool, `select payload from spill_block where id = ${id}`);
  if (!payload) throw new Error(`spilled block ${id} is gone`);
  return payload;
}
