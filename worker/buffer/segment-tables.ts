import type { Pool } from 'pg';
import { inTransaction } from '@/db/in-transaction.ts';
import { SEGMENT_TABLES, segmentTable } from '@/server/domain/names.ts';
import { type Lease, leaseLost } from './lease.ts';

const INDEXES = Array.from({ length: SEGMENT_TABLES }, (_, index) => index);

/** Creates the pipeline's segment tables. Safe to repeat. */
export async function createSegmentTables(pool: Pool, number: number): Promise<void> {
  for (const index of INDEXES) {
    const name = segmentTable(number, index);
    await pool.query(/* sql */ `
      create table if not exists ${name} (
        seq bigint primary key,
        complete boolean not null,
        to_lsn pg_lsn not null,
        commit_time timestamptz not null,
        transactions integer not null,
        rows integer not null,
        raw_bytes bigint not null,
        bytes bigint not null,
        received_at timestamptz not null default clock_timestamp(),
        directory jsonb not null,
        payload bytea not null
      )`);
    // The payload is compressed already; trying again costs more than all the rest of the insert.
    await pool.query(/* sql */ `alter table ${name} alter column payload set storage external`);
  }
}

/** Drops the pipeline's segment tables. Safe to repeat. */
export async function dropSegmentTables(pool: Pool, number: number): Promise<void> {
  for (const index of INDEXES) await pool.query(/* sql */ `drop table if exists ${segmentTable(number, index)}`);
}

/** `select <columns>` over all segment tables of a pipeline, to be used as a subquery. */
export const allSegments = (number: number, columns: string): string =>
  INDEXES.map((index) => `select ${columns} from ${segmentTable(number, index)}`).join(' union all ');

/** Removes what a crash in the middle of a large transaction left behind the durable tail, under the capture lease. */
export async function dropUnfinished(
  pool: Pool,
  { lease, number, tailSeq }: { lease: Lease; number: number; tailSeq: bigint },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      /* sql */ `select 1 from lease where pipeline_id = $1 and role = 'capture' and token = $2 for share`,
      [lease.pipelineId, lease.token],
    );
    if (rowCount !== 1) throw leaseLost(lease);
    for (const index of INDEXES) {
      await client.query(/* sql */ `delete from ${segmentTable(number, index)} where seq > $1`, [tailSeq]);
    }
    // Locked first, so that the sums are taken after whatever a commit settles at this moment.
    await client.query(/* sql */ `select 1 from position where pipeline_id = $1 for update`, [lease.pipelineId]);
    await client.query(
      /* sql */ `
      update position
         set buffer_bytes = waiting.bytes, buffer_rows = waiting.rows,
             captured_rows = captured_rows - greatest(buffer_rows - waiting.rows, 0)
        from (select coalesce(sum(bytes), 0) as bytes, coalesce(sum(rows), 0) as rows
                from (${allSegments(number, 'seq, bytes, rows')}) as segments
               where seq > (select committed_seq from position where pipeline_id = $1)) as waiting
       where pipeline_id = $1`,
      [lease.pipelineId],
    );
  });
}
