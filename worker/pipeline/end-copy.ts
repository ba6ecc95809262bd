import type { Pool } from 'pg';

/**
 * With its last chunk done, a copy ends at the latest position of its chunks' snapshots: every transaction that any of them
 * shows has committed before it, so from there on the stream alone counts. Safe to repeat.
 */
export async function endCopyIfDone(pool: Pool, tableId: number): Promise<void> {
  await pool.query(
    /* sql */ `
    with copied as (
      select pipeline_table_id, generation, max(snapshot_lsn) as end_lsn
        from copy_chunk where pipeline_table_id = $1
       group by pipeline_table_id, generation having bool_and(state = 'done')
    )
    update pipeline_table set state = 'catching_up', copy_end_lsn = copied.end_lsn, copy_ended_at = now()
      from copied
     where pipeline_table.id = copied.pipeline_table_id and pipeline_table.generation = copied.generation
       and pipeline_table.state = 'copying'`,
    [tableId],
  );
}
