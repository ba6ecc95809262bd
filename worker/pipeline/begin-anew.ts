import type { PoolClient } from 'pg';
import { dataFileFromJson } from '@/server/domain/iceberg/data-file-json.ts';
import type { TableShape } from '@/server/domain/table-request.ts';
import type { PipelineTable } from './definition.ts';

/**
 * Gives a table its next life, within the caller's transaction: a new generation that is copied from the start, whatever
 * became of the source's table meanwhile. What is in the lake stays readable until the copy takes its place. Returns the
 * files that the old life's copy has staged.
 */
export async function beginAnew(
  client: PoolClient,
  { table, shape }: { table: Pick<PipelineTable, 'id'>; shape: TableShape },
): Promise<string[]> {
  const { columns, otherColumns } = shape.rules ?? {};
  const filter = shape.filter ? JSON.stringify(shape.filter) : null;
  // What was parked under other rules, or another filter, may hold what is hidden now; the copy shows or parks those rows anew.
  await client.query(
    /* sql */ `
    delete from dead_letter using pipeline_table as t
     where pipeline_table_id = t.id and t.id = $1 and (t.column_rules <> $2::jsonb or t.other_columns <> $3 or t.row_filter <> $4::jsonb)`,
    [table.id, columns ? JSON.stringify(columns) : null, otherColumns ?? null, filter],
  );
  await client.query(
    /* sql */ `
    update pipeline_table
       set generation = generation + 1, state = 'pending', requested = null, is_joined = false, source_oid = null,
           known_schema_lsn = null, doubts = '[]',
           mirror = $2, changelog = $3, policies = $4, on_delete = $5, on_truncate = $6,
           held = coalesce($7::jsonb, held), column_rules = coalesce($8::jsonb, column_rules),
           other_columns = coalesce($9, other_columns), row_filter = coalesce($10::jsonb, row_filter),
           copy_plan = null, copy_scope = null, copy_rows = 0, copy_started_at = null, copy_ended_at = null, copy_end_lsn = null,
           error_code = null, error_message = null, error_at = null, updated_at = now()
     where id = $1`,
    [
      table.id,
      shape.mirror,
      shape.changelog,
      JSON.stringify(shape.policies),
      shape.onDelete,
      shape.onTruncate,
      shape.held ? JSON.stringify(shape.held) : null,
      columns ? JSON.stringify(columns) : null,
      otherColumns ?? null,
      filter,
    ],
  );
  // The copy takes the columns as they are, and makes those anew that could not follow.
  await client.query(
    /* sql */ `
    update schema_change
       set action = case when 'unfit' in (action, proposed) then 'followed' else proposed end, proposed = null
     where pipeline_table_id = $1 and action in ('waiting', 'unfit')`,
    [table.id],
  );
  await client.query('delete from spill_block where pipeline_table_id = $1', [table.id]);
  const { rows } = await client.query<{ files: { mirror: unknown[]; changelog: unknown[] } | null }>(
    'delete from copy_chunk where pipeline_table_id = $1 returning files',
    [table.id],
  );
  return rows.flatMap(({ files }) =>
    files ? [...files.mirror, ...files.changelog].map((file) => dataFileFromJson(file).path) : [],
  );
}
