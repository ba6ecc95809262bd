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
    with letter as materialized (
      select d.pipeline_table_id, d.reason, d.column_name, d.${LETTER_IS_OPEN} as is_open, d.created_at,
             (extract(epoch from date_trunc('hour', now()) - date_trunc('hour', d.created_at)) / 3600)::integer as hours_ago
        from dead_letter d
        join pipeline_table t on t.id = d.pipeline_table_id
        join pipeline p on p.id = t.pipeline_id
       where p.desired_state <> 'deleted' and ($1::text is null or p.id = $1)
    ), found as materialized (
      select pipeline_table_id, reason, column_name, count(*) filter (where is_open)::integer as open,
             count(*)::integer as total, min(created_at) as first_at, max(created_at) as last_at
        from letter group by 1, 2, 3 order by open desc, last_at desc limit ${GROUPS_MAX}
    ), hour as (
      select pipeline_table_id, reason, column_name, jsonb_object_agg(hours_ago, came) as hourly
        from (select pipeline_table_id, reason, column_name, hours_ago, count(*)::integer as came
                from letter where hours_ago < $2 group by 1, 2, 3, 4) counted
       group by 1, 2, 3
    )
    select p.id as pipeline_id, p.name as pipeline_name, t.id::float8 as table_id,
           t.source_schema || '.' || t.source_table as source, t.lake_name, g.reason, g.column_name,
           g.open, g.total, g.first_at, g.last_at, coalesce(hour.hourly, '{}') as hourly
      from found g
      join pipeline_table t on t.id = g.pipeline_table_id
      join pipeline p on p.id = t.pipeline_id
      left join hour on hour.pipeline_table_id = g.pipeline_table_id and hour.reason = g.reason
                    and coalesce(hour.column_name, '') = coalesce(g.column_name, '')
     order by g.open desc, g.last_at desc`,
    [pipelineId, hours],
  );
  return rows;
}
