import type { Pool } from 'pg';
import { formatLsn, type Lsn } from '@/server/domain/lsn.ts';
import type { ToldAt, ToldColumn } from '@/server/domain/told-columns.ts';
import { ofOurDatabase } from '@/server/errors/of-our-database.ts';

/** What sources have told of the columns of a pipeline's tables, for sessions that begin behind it. */
export function keptColumns(pool: Pool, { pipelineId, from }: { pipelineId: string; from: Lsn }) {
  return {
    /** The newest at or before `from`; null when nothing was told. */
    last: ofOurDatabase(async (oid: number): Promise<readonly ToldColumn[] | null> => {
      const { rows } = await pool.query<{ columns: ToldColumn[] }>(
        /* sql */ `
        select columns from told_columns where pipeline_id = $1 and table_oid = $2 and lsn <= $3::pg_lsn
         order by lsn desc, message_lsn desc limit 1`,
        [pipelineId, oid, formatLsn(from)],
      );
      return rows[0]?.columns ?? null;
    }),
    /** Of tables of the pipeline; safe to repeat. What no session can begin behind any more goes. */
    keep: ofOurDatabase(async ({ oid, columns, commitLsn, messageLsn }: ToldAt): Promise<void> => {
      await pool.query(
        /* sql */ `
        with kept as (
          insert into told_columns (pipeline_id, table_oid, lsn, message_lsn, columns)
          select $1, $2, $3::pg_lsn, $4::pg_lsn, $5::jsonb
           where exists (select from pipeline_table where pipeline_id = $1 and source_oid = $2)
          on conflict do nothing
        )
        delete from told_columns where pipeline_id = $1 and table_oid = $2
           and lsn < (select max(older.lsn) from told_columns older join position on position.pipeline_id = older.pipeline_id
                       where older.pipeline_id = $1 and older.table_oid = $2 and older.lsn <= position.tail_lsn)`,
        [pipelineId, oid, formatLsn(commitLsn), formatLsn(messageLsn), JSON.stringify(columns)],
      );
    }),
    /** The source tells nothing any more: what it told may be of other columns by now. */
    forget: ofOurDatabase(async (): Promise<void> => {
      await pool.query('delete from told_columns where pipeline_id = $1', [pipelineId]);
    }),
  };
}
