import type { Pool } from 'pg';
import type { BoundRules, ColumnRules, OtherColumns } from '@/server/domain/column-rules.ts';
import type { CopyScope } from '@/server/domain/copy-scope.ts';
import type { HeldColumns } from '@/server/domain/held-columns.ts';
import { type Lsn, parseLsn } from '@/server/domain/lsn.ts';
import { DEFAULT_PIPELINE_SETTINGS, type PipelineSettings } from '@/server/domain/pipeline-settings.ts';
import type { BoundFilter, RowFilter } from '@/server/domain/row-filter.ts';
import type { SchemaPolicy } from '@/server/domain/schema-policy.ts';
import type { EffectPolicy } from '@/server/domain/table-request.ts';
import type { ValuePolicy } from '@/server/domain/value-type.ts';

/** A pipeline as the workers need it; the row is the truth, read anew by every job. */
export type PipelineDefinition = {
  readonly id: string;
  readonly number: number;
  readonly sourceId: string;
  readonly destinationId: string;
  readonly namespace: readonly string[];
  readonly desiredState: 'running' | 'paused' | 'stopped' | 'deleted';
  readonly state: string;
  /** It is deleted without waiting for its source. */
  readonly forgetsSource: boolean;
  /** Instant, as our database writes it, of a resync of the whole that is still to begin. */
  readonly resyncRequestedAt: string | null;
  readonly settings: PipelineSettings;
  readonly schemaPolicy: SchemaPolicy;
};

/** Who sets it: pending by people (create, resync), the rest by the workers. */
export type TableState = 'pending' | 'copying' | 'catching_up' | 'live' | 'paused' | 'needs_attention';

export type PipelineTable = {
  readonly id: number;
  readonly pipelineId: string;
  readonly schema: string;
  readonly table: string;
  readonly oid: number | null;
  readonly lakeName: string;
  readonly mirror: boolean;
  readonly changelog: boolean;
  readonly policies: Readonly<Record<string, ValuePolicy>>;
  readonly onDelete: EffectPolicy;
  readonly onTruncate: EffectPolicy;
  /** Where it is not as its pipeline's. */
  readonly schemaPolicy: SchemaPolicy;
  readonly held: HeldColumns | null;
  /** What is left out or masked of its columns, as people say it. */
  readonly rules: ColumnRules;
  /** The same as it is carried out; null where there are none. */
  readonly boundRules: BoundRules | null;
  /** Which of its rows are carried, as people say it. */
  readonly filter: RowFilter;
  /** The same as it is carried out; null where all are. */
  readonly boundFilter: BoundFilter | null;
  /** Blocks of segments up to this one were captured under other rules, or another filter, and are older than the copy. */
  readonly rulesSinceSeq: bigint | null;
  /** Hash of the columns that commit met last; null before there is any. */
  readonly knownSchema: string | null;
  readonly state: TableState;
  readonly generation: number;
  /** Its copy is in the lake; a wait since then ends where the lake tables say that they are. */
  readonly isJoined: boolean;
  readonly copyPlan: unknown;
  /** The part that a partial resync reads again; null when a copy is of the whole table. */
  readonly copyScope: CopyScope | null;
  readonly copyEndLsn: Lsn | null;
  readonly markerLsn: Lsn | null;
  readonly errorCode: string | null;
  /** The batch that each lake table was brought to last, as settled in our database. */
  readonly batchIds: { readonly mirror: string | null; readonly changelog: string | null };
};

type PipelineRow = {
  id: string;
  number: string;
  source_id: string;
  destination_id: string;
  namespace: string;
  desired_state: 'running' | 'paused' | 'stopped' | 'deleted';
  state: string;
  forgets_source: boolean;
  resync_requested_at: string | null;
  settings: Partial<PipelineSettings>;
  schema_policy: SchemaPolicy;
};

/** Returns null when the pipeline is gone. */
export async function readPipeline(pool: Pool, pipelineId: string): Promise<PipelineDefinition | null> {
  const { rows } = await pool.query<PipelineRow>(
    /* sql */ `
    select id, number, source_id, destination_id, namespace, desired_state, state, forgets_source,
           resync_requested_at::text, settings, schema_policy
      from pipeline where id = $1`,
    [pipelineId],
  );
  const row = rows[0];
  if (!row) return null;
  return {
    id: row.id,
    number: Number(row.number),
    sourceId: row.source_id,
    destinationId: row.destination_id,
    namespace: row.namespace.split('.'),
    desiredState: row.desired_state,
    state: row.state,
    forgetsSource: row.forgets_source,
    resyncRequestedAt: row.resync_requested_at,
    settings: { ...DEFAULT_PIPELINE_SETTINGS, ...row.settings },
    schemaPolicy: row.schema_policy,
  };
}

type TableRow = {
  id: string;
  pipeline_id: string;
  source_schema: string;
  source_table: string;
  source_oid: string | null;
  lake_name: string;
  mirror: boolean;
  changelog: boolean;
  policies: Record<string, ValuePolicy>;
  on_delete: EffectPolicy;
  on_truncate: EffectPolicy;
  schema_policy: SchemaPolicy;
  held: HeldColumns | null;
  column_rules: ColumnRules['columns'];
  other_columns: OtherColumns;
  bound_rules: BoundRules | null;
  row_filter: RowFilter;
  bound_filter: BoundFilter | null;
  rules_since_seq: string | null;
  known_schema: string | null;
  state: TableState;
  generation: number;
  is_joined: boolean;
  copy_plan: unknown;
  copy_scope: CopyScope | null;
  copy_end_lsn: string | null;
  marker_lsn: string | null;
  error_code: string | null;
  mirror_batch_id: string | null;
  changelog_batch_id: string | null;
};

const TABLE_COLUMNS = `id, pipeline_id, source_schema, source_table, source_oid, lake_name, mirror, changelog, policies,
       on_delete, on_truncate, schema_policy, held, column_rules, other_columns, bound_rules, row_filter, bound_filter, rules_since_seq, known_schema, state, generation, is_joined, copy_plan, copy_scope, copy_end_lsn,
       marker_lsn, error_code, mirror_batch_id, changelog_batch_id`;

/** All tables of a pipeline, in the order they were added. */
export async function readTables(pool: Pool, pipelineId: string): Promise<PipelineTable[]> {
  const { rows } = await pool.query<TableRow>(
    /* sql */ `select ${TABLE_COLUMNS} from pipeline_table where pipeline_id = $1 order by id`,
    [pipelineId],
  );
  return rows.map(toTable);
}

export async function readTable(pool: Pool, tableId: number): Promise<PipelineTable | null> {
  const { rows } = await pool.query<TableRow>(/* sql */ `select ${TABLE_COLUMNS} from pipeline_table where id = $1`, [
    tableId,
  ]);
  return rows[0] ? toTable(rows[0]) : null;
}

const toTable = (row: TableRow): PipelineTable => ({
  id: Number(row.id),
  pipelineId: row.pipeline_id,
  schema: row.source_schema,
  table: row.source_table,
  oid: row.source_oid === null ? null : Number(row.source_oid),
  lakeName: row.lake_name,
  mirror: row.mirror,
  changelog: row.changelog,
  policies: row.policies,
  onDelete: row.on_delete,
  onTruncate: row.on_truncate,
  schemaPolicy: row.schema_policy,
  held: row.held,
  rules: { columns: row.column_rules, otherColumns: row.other_columns },
  boundRules: row.bound_rules,
  filter: row.row_filter,
  boundFilter: row.bound_filter,
  rulesSinceSeq: row.rules_since_seq === null ? null : BigInt(row.rules_since_seq),
  knownSchema: row.known_schema,
  state: row.state,
  generation: row.generation,
  isJoined: row.is_joined,
  copyPlan: row.copy_plan,
  copyScope: row.copy_scope,
  copyEndLsn: row.copy_end_lsn === null ? null : parseLsn(row.copy_end_lsn),
  markerLsn: row.marker_lsn === null ? null : parseLsn(row.marker_lsn),
  errorCode: row.error_code,
  batchIds: { mirror: row.mirror_batch_id, changelog: row.changelog_batch_id },
});
