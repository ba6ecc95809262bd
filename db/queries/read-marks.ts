import type { Pool } from 'pg';

/** Something that happened to a pipeline, for the time axis of its charts. */
export type MarkRow = {
  at: Date;
  kind: 'state' | 'error' | 'restart' | 'schema-change';
  text: string;
  code: string | null;
};

/** The latest marks after `from`, oldest first. A table's first columns are no change. */
export async function readMarks(
  pool: Pool,
  { pipelineId, from, limit }: { pipelineId: string; from: number; limit: number },
): Promise<MarkRow[]> {
  const { rows } = await pool.query<MarkRow>(
    /* sql */ `
    select at, kind, text, code from (
      select at, kind, text, code from pipeline_mark where pipeline_id = $1 and at > to_timestamp($2)
      union all
      select s.first_seen_at, 'schema-change', 'columns of ' || (s.schema->>'schema') || '.' || (s.schema->>'table'), null
        from table_schema s
       where s.pipeline_id = $1 and s.first_seen_at > to_timestamp($2)
         and exists (select from table_schema older
                      where older.pipeline_id = s.pipeline_id and older.table_oid = s.table_oid
                        and older.first_seen_at < s.first_seen_at)
      order by at desc limit $3
    ) latest order by at`,
    [pipelineId, from, limit],
  );
  return rows;
}
