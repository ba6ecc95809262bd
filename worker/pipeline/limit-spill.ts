import type { Pool } from 'pg';
import type { PipelineTable } from './definition.ts';

/** The code of a table whose kept changes were given up: only a resync brings it back. */
const SPILL_FULL = 'SPILL_FULL';

/** Changes of such a table are not kept any more: the resync's copy will show them. */
export const isGivenUp = (table: Pick<PipelineTable, 'state' | 'errorCode'>): boolean =>
  table.state === 'needs_attention' && table.errorCode === SPILL_FULL;

/**
 * Gives up on tables that have waited beyond their share: the table needs a resync, says so, and its kept changes go. One
 * table never fills the buffer for the others.
 */
export async function limitSpill(
  pool: Pool,
  { pipelineId, spillBytesMax }: { pipelineId: string; spillBytesMax: number },
): Promise<number[]> {
  const { rows } = await pool.query<{ id: string }>(
    /* sql */ `
    with given_up as (
      update pipeline_table
         set state = 'needs_attention', error_code = $3, error_at = now(),
             error_message = 'the changes kept for this table have outgrown its spill'
       where pipeline_id = $1 and state <> 'live'
         and (select coalesce(sum(octet_length(payload)), 0) from spill_block
               where pipeline_table_id = pipeline_table.id) > $2
      returning id
    ), dropped as (
      delete from spill_block using given_up where pipeline_table_id = given_up.id
    )
    select id from given_up`,
    [pipelineId, spillBytesMax, SPILL_FULL],
  );
  return rows.map((row) => Number(row.id));
}
