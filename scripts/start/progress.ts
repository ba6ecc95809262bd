import type { Pool } from 'pg';
import * as z from 'zod';
import { FRESHNESS_SECONDS } from '@/db/queries/figures.ts';

const row = z.object({
  state: z.string(),
  error: z.string().nullable(),
  committed_lsn: z.string().nullable(),
  seconds_behind: z.number().nullable(),
  tables: z.number(),
  live: z.number(),
  attention: z.array(z.string()),
  copied: z.number(),
  rows_estimate: z.number(),
  changes: z.number(),
  dead_letters: z.number(),
});

/** How far a pipeline is, as its rows tell. `committed_lsn` is null before its first start. */
export type Progress = z.infer<typeof row>;

export async function readProgress(pool: Pool, pipelineId: string): Promise<Progress> {
  const { rows } = await pool.query(
    `select p.state, p.error_code || ': ' || p.error_message as error, at.committed_lsn::text,
       (${FRESHNESS_SECONDS})::float8 as seconds_behind,
       t.*, (select count(*)::int from dead_letter d join pipeline_table dt on dt.id = d.pipeline_table_id
             where dt.pipeline_id = p.id and d.state = 'open') as dead_letters
     from pipeline p
     left join position at on at.pipeline_id = p.id
     cross join lateral (
       select count(*)::int as tables,
         (count(*) filter (where state = 'live'))::int as live,
         coalesce(array_agg(source_table || ' (' || coalesce(error_code || ': ' || error_message, 'no reason') || ')')
           filter (where state = 'needs_attention'), '{}') as attention,
         coalesce(sum(copy_rows), 0)::float8 as copied,
         coalesce(sum(copy_rows_estimate), 0)::float8 as rows_estimate,
         coalesce(sum(rows_committed), 0)::float8 as changes
       from pipeline_table where pipeline_id = p.id) t
     where p.id = $1`,
    [pipelineId],
  );
  return row.parse(rows[0]);
}
