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
    with letter as (
      select d.pipeline_table_id, d.reason, d.column_name, d.${LETTER_IS_OPEN} as is_open, d.created_at,
             (extract(epoch from date_trunc('hour', now()) - date_trunc('hour', d.created_at)) / 3600)::integer as hours_ago
        from dead_letter d
        join pipeline_table t on t.id = d.pipeline_table_id
       where $1::text is null or t.pipeline_id = $1
    ), hour as (
      select pipeline_table_id, reason, column_name, hours_ago, count(*)::integer as came
        from letter where hours_ago < $2 group by 1, 2, 3, 4
    )
    select p.id as pipeline_id, p.name as pipeline_name, t.id::float8 as table_id,
           t.source_schema || '.' || t.source_table as source, t.lake_name, g.reason, g.column_name,
           g.open, g.total, g.first_at, g.last_at,
           (select coalesce(jsonb_object_agg(h.hours_ago, h.came), '{}') from hour h
             where h.pipeline_table_id = g.pipeline_table_id and h.reason = g.reason
               and h.column_name is not distinct from g.column_name) as hourly
      from (select pipeline_table_id, reason, column_name, count(*) filter (where is_open)::integer as open,
                   count(*)::integer as total, min(created_at) as first_at, max(created_at) as last_at
              from letter group by 1, 2, 3) g
      join pipeline_table t on t.id = g.pipeline_table_id
      join pipeline p on p.id = t.pipeline_id
     where p.desired_state <> 'deleted'
     order by g.open desc, g.last_at desc limit ${GROUPS_MAX}`,
    [pipelineId, hours],
  );
  return rows;
}
