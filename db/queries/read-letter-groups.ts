import type { Pool } from 'pg';
import { LETTER_IS_OPEN } from './figures.ts';

export type LetterGroupRow = {
  pipeline_id: string;
  pipeline_name: string;
  table_id: number;
  source: string;
  lake_name: string;
  reason: string;
  column_name: string | null;
  open: number;
  total: number;
  first_at: Date;
  last_at: Date;
  /** Hours ago, 0 is the present one -> how many came; hours without any are left out. */
  hourly: Record<string, number>;
};

const GROUPS_MAX = 500;

/** Dead letters by table, column and reason, of one pipeline or of all; most open ones first. */
export async function readLetterGroups(
  pool: Pool,
  { pipelineId, hours }: { pipelineId: string | null; hours: number },
): Promise<LetterGroupRow[]> {
  const { rows } = await pool.query<LetterGroupRow>(
    /* sql */ `
    with wanted as materialized (
      select t.id from pipeline_table t join pipeline p on p.id = t.pipeline_id
       where p.desired_state <> 'deleted' and ($1::text is null or p.id = $1)
    ), counted as materialized (
      -- Nothing but what the index dead_letter_groups holds: payloads stay where they are.
      select d.pipeline_table_id, d.reason, d.column_name,
             case when d.created_at >= date_trunc('hour', now()) - ($2 - 1) * interval '1 hour'
                  then date_bin('1 hour', d.created_at, date_trunc('hour', now())) end as hour,
             count(*) as came, count(*) filter (where d.${LETTER_IS_OPEN}) as open,
             min(d.created_at) as first_at, max(d.created_at) as last_at
        from wanted w join dead_letter d on d.pipeline_table_id = w.id
       group by 1, 2, 3, 4
    )
    select p.id as pipeline_id, p.name as pipeline_name, t.id::float8 as table_id,
           t.source_schema || '.' || t.source_table as source, t.lake_name, g.reason, g.column_name,
           sum(g.open)::integer as open, sum(g.came)::integer as total,
           min(g.first_at) as first_at, max(g.last_at) as last_at,
           coalesce(jsonb_object_agg((extract(epoch from date_trunc('hour', now()) - g.hour) / 3600)::integer, g.came)
                      filter (where g.hour is not null), '{}') as hourly
      from counted g
      join pipeline_table t on t.id = g.pipeline_table_id
      join pipeline p on p.id = t.pipeline_id
     group by p.id, t.id, g.reason, g.column_name
     order by open desc, last_at desc limit ${GROUPS_MAX}`,
    [pipelineId, hours],
  );
  return rows;
}
