import type { Pool } from 'pg';
import { type BoundRules, hasRules } from '@/server/domain/column-rules.ts';
import type { BoundFilter } from '@/server/domain/row-filter.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { bindRules } from '@/server/domain/visible-schema.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { readLastSchema } from '@/worker/buffer/schemas.ts';
import type { PipelineTable } from './definition.ts';

/**
 * Whether a table waits for rules to be tied to its columns, or taken off them. That happens before the stream is opened and
 * never beside it, so that no row of the table's next life was captured under other rules.
 */
export const needsBinding = ({ state, oid, rules, boundRules }: PipelineTable): boolean =>
  state === 'pending' && oid === null && (hasRules(rules) || boundRules !== null);

/**
 * Says which of the source's tables it is, and ties its rules to the columns that this has now; does nothing when rules or
 * filter have changed since they were read. Throws COLUMN_RULES_UNFIT when they do not fit.
 */
export async function bindTable(
  pool: Pool,
  { table, schema, filter }: { table: PipelineTable; schema: TableSchema; filter: BoundFilter | null },
): Promise<void> {
  const bound = bindRules(schema, table.rules);
  if (typeof bound === 'string') throw unfit(`${table.schema}.${table.table}`, bound);
  await pool.query(
    /* sql */ `
    update pipeline_table
       set source_oid = $2, bound_rules = $4, bound_filter = $8,
           rules_since_seq = case when $5 then (select tail_seq from position where position.pipeline_id = pipeline_table.pipeline_id)
                             else rules_since_seq end
     where id = $1 and generation = $3 and column_rules = $6::jsonb and other_columns = $7
       and row_filter = $9::jsonb`,
    [
      table.id,
      schema.oid,
      table.generation,
      bound === null ? null : JSON.stringify(bound),
      needsBinding(table),
      JSON.stringify(table.rules.columns),
      table.rules.otherColumns,
      filter === null ? null : JSON.stringify(filter),
      JSON.stringify(table.filter),
    ],
  );
}

/**
 * The rules that rows of this table are captured under: those of its last life while the next one has not begun, and only
 * the key of a table that had rules and was taken out of the pipeline, while the source still sends it.
 */
export async function readRules(
  pool: Pool,
  { pipelineId, oid }: { pipelineId: string; oid: number },
): Promise<BoundRules | null> {
  const { rows } = await pool.query<{ bound_rules: BoundRules | null }>(
    /* sql */ `
    select bound_rules from pipeline_table
     where pipeline_id = $1 and (source_oid = $2 or (bound_rules ->> 'oid')::bigint = $2)
     order by bound_rules is null limit 1`,
    [pipelineId, oid],
  );
  if (rows[0]) return rows[0].bound_rules;
  const last = await readLastSchema(pool, { pipelineId, oid });
  return last?.hidden === undefined ? null : { columns: {}, otherColumns: 'exclude', oid, byAttnum: {} };
}

/** Throws COLUMN_RULES_UNFIT for columns whose rows must not be carried. */
export function assertFit({ schema, table, unfit: reason }: TableSchema): void {
  if (reason !== undefined) throw unfit(`${schema}.${table}`, reason);
}

const unfit = (name: string, reason: string): AppError =>
  new AppError('COLUMN_RULES_UNFIT', `the column rules of ${name} do not fit: ${reason}`);
