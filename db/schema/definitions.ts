import { sql } from 'drizzle-orm';
import { bigint, bigserial, boolean, check, integer, jsonb, pgTable, text, unique } from 'drizzle-orm/pg-core';
import type { BoundRules, ColumnRules, OtherColumns } from '@/server/domain/column-rules.ts';
import type { ConnectionCheck } from '@/server/domain/connection-check.ts';
import type { CopyScope } from '@/server/domain/copy-scope.ts';
import type { Doubt } from '@/server/domain/doubt.ts';
import type { HeldColumns } from '@/server/domain/held-columns.ts';
import type { BoundFilter, RowFilter } from '@/server/domain/row-filter.ts';
import type { SchemaPolicy } from '@/server/domain/schema-policy.ts';
import type { EffectPolicy, TablePolicies, TableRequest } from '@/server/domain/table-request.ts';
import { bytea, counter, instant, lifecycle, pgLsn } from './columns.ts';

/** Control plane: PostgreSQL databases to read from. */
export const source = pgTable('source', {
  id: text('id').primaryKey(),
  name: text('name').notNull().unique(),
  host: text('host').notNull(),
  port: integer('port').notNull(),
  database: text('database').notNull(),
  username: text('username').notNull(),
  /** AES-256-GCM, bound to this row. */
  passwordSealed: bytea('password_sealed'),
  /** disable | require | verify-full */
  tlsMode: text('tls_mode').notNull(),
  tlsCa: text('tls_ca'),
  /** What the last check of the whole source found. */
  lastCheck: jsonb('last_check').$type<ConnectionCheck>(),
  ...lifecycle,
});

/** Control plane: a warehouse and the catalog that knows its tables. */
export const destination = pgTable('destination', {
  id: text('id').primaryKey(),
  name: text('name').notNull().unique(),
  /** embedded | rest */
  catalogKind: text('catalog_kind').notNull(),
  /** Base URI of a REST catalog; null for the embedded one. */
  catalogUri: text('catalog_uri'),
  warehouse: text('warehouse').notNull(),
  /** none | bearer | oauth2 */
  catalogAuth: text('catalog_auth').notNull(),
  /** JSON {token} or {clientId, clientSecret}, sealed. */
  catalogSecretSealed: bytea('catalog_secret_sealed'),
  /** Of OAuth2: what the token is asked for. */
  catalogScope: text('catalog_scope'),
  /** Of OAuth2: where tokens come from, when not from the catalog itself. */
  catalogTokenUri: text('catalog_token_uri'),
  /** file | s3 */
  storageKind: text('storage_kind').notNull(),
  /** file:///... or s3://bucket/prefix, without a trailing slash. */
  storageRoot: text('storage_root').notNull(),
  s3Endpoint: text('s3_endpoint'),
  s3Region: text('s3_region'),
  s3PathStyle: boolean('s3_path_style').notNull().default(false),
  /** JSON {accessKeyId, secretAccessKey}, sealed. */
  s3SecretSealed: bytea('s3_secret_sealed'),
  /** What the last test of it as it is saved found. */
  lastCheck: jsonb('last_check').$type<ConnectionCheck>(),
  ...lifecycle,
});

/** Control plane: what should run. */
export const pipeline = pgTable(
  'pipeline',
  {
    id: text('id').primaryKey(),
    /** Short number for names on the source and in the buffer: slot, publication, segment tables. */
    number: bigserial('number', { mode: 'number' }).notNull().unique(),
    name: text('name').notNull().unique(),
    sourceId: text('source_id')
      .notNull()
      .references(() => source.id),
    destinationId: text('destination_id')
      .notNull()
      .references(() => destination.id),
    /** Namespace of the lake tables; levels joined by dots. */
    namespace: text('namespace').notNull(),
    /** stopped | running | paused | deleted: set by people, read by the reconciler. A deleted one is torn down, then its row goes. */
    desiredState: text('desired_state').notNull().default('stopped'),
    /** It is deleted without its part on the source, which is gone for good: slot and publication are left there if it is not. */
    forgetsSource: boolean('forgets_source').notNull().default(false),
    /** draft | starting | copying | running | paused | stopping | stopped | needs_attention: set by the workers. */
    state: text('state').notNull().default('draft'),
    /** PipelineSettings, see server/domain/pipeline-settings.ts. */
    settings: jsonb('settings').notNull(),
    /** Kind of change -> what is done about it, where it is not `apply`; tables may say otherwise. */
    schemaPolicy: jsonb('schema_policy').$type<SchemaPolicy>().notNull().default({}),
    /** Salt of hashed columns: 32 bytes, sealed; null until a table needs it. */
    maskSaltSealed: bytea('mask_salt_sealed'),
    /** A person wants a new slot and every table copied anew; cleared by capture when it has begun that. */
    resyncRequestedAt: instant('resync_requested_at'),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    errorAt: instant('error_at'),
    ...lifecycle,
  },
  (table) => [
    check('pipeline_desired_state', sql`${table.desiredState} in ('stopped', 'running', 'paused', 'deleted')`),
  ],
);

/** Control plane: the tables of a pipeline. Data plane sets state, progress and marker columns. */
export const pipelineTable = pgTable(
  'pipeline_table',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    pipelineId: text('pipeline_id')
      .notNull()
      .references(() => pipeline.id, { onDelete: 'cascade' }),
    sourceSchema: text('source_schema').notNull(),
    sourceTable: text('source_table').notNull(),
    /** Known once the pipeline has started. */
    sourceOid: bigint('source_oid', { mode: 'number' }),
    /** Name in the lake; the changelog is `<name>_changelog`. */
    lakeName: text('lake_name').notNull(),
    mirror: boolean('mirror').notNull(),
    changelog: boolean('changelog').notNull(),
    /** Column name -> ValuePolicy where it is not the default. */
    policies: jsonb('policies').$type<TablePolicies>().notNull().default({}),
    /** What a delete, and a truncate, of the source does to the mirror: apply | soft | ignore. */
    onDelete: text('on_delete').$type<EffectPolicy>().notNull().default('apply'),
    onTruncate: text('on_truncate').$type<EffectPolicy>().notNull().default('apply'),
    /** Column name -> rule, and what becomes of columns without one; see server/domain/column-rules.ts. */
    columnRules: jsonb('column_rules').$type<ColumnRules['columns']>().notNull().default({}),
    otherColumns: text('other_columns').$type<OtherColumns>().notNull().default('carry'),
    /** The rules as tied to the source's columns by capture; null while there are none. */
    boundRules: jsonb('bound_rules').$type<BoundRules>(),
    /** Only rows that meet all of these are carried; see server/domain/row-filter.ts. */
    rowFilter: jsonb('row_filter').$type<RowFilter>().notNull().default([]),
    /** The filter as the source's publication has it; null while there is none. */
    boundFilter: jsonb('bound_filter').$type<BoundFilter>(),
    /** Of a partitioned table: the oids of the partitions with rows that the lake follows; null until it is copied. */
    knownPartitions: jsonb('known_partitions').$type<readonly number[]>(),
    /** Segments up to this number were captured under other rules or another filter, and are older than the table's copy. */
    rulesSinceSeq: bigint('rules_since_seq', { mode: 'bigint' }),
    /** Kind of change of the columns -> what is done about it, where it is not what the pipeline says. */
    schemaPolicy: jsonb('schema_policy').$type<SchemaPolicy>().notNull().default({}),
    /** What the lake does not follow of the source's columns, by policy or by a person's decision; null for nothing. */
    held: jsonb('held').$type<HeldColumns>(),
    /** Why the mirror may differ from its source, the oldest first. */
    doubts: jsonb('doubts').$type<readonly Doubt[]>().notNull().default([]),
    /** Columns as commit met them last, by schema hash, and where: what the next change of them is compared with. */
    knownSchema: text('known_schema'),
    knownSchemaLsn: pgLsn('known_schema_lsn'),
    /** Number of the segment that showed them; null when a copy did. */
    knownSchemaSeq: bigint('known_schema_seq', { mode: 'bigint' }),
    /** pending | copying | catching_up | live | paused | needs_attention */
    state: text('state').notNull().default('pending'),
    /** TableRequest: what a person wants done, carried out by commit between two batches; see server/domain/table-request.ts. */
    requested: jsonb('requested').$type<TableRequest>(),
    /** Its copy is in the lake: what waits in its spill follows what the lake tables say of themselves. */
    isJoined: boolean('is_joined').notNull().default(false),
    /** Raised by each resync; staged chunks and spill of another generation are waste. */
    generation: integer('generation').notNull().default(1),
    /** Insert position of the source's WAL after the last chunk's snapshot: later transactions are in no snapshot. */
    copyEndLsn: pgLsn('copy_end_lsn'),
    copyRows: counter('copy_rows'),
    copyRowsEstimate: counter('copy_rows_estimate'),
    /** JSON plan of the copy, see server/domain/copy-plan.ts; null until planned. */
    copyPlan: jsonb('copy_plan'),
    /** What a partial resync reads again while the rest stays; null when a copy is of the whole table. */
    copyScope: jsonb('copy_scope').$type<CopyScope>(),
    copyStartedAt: instant('copy_started_at'),
    copyEndedAt: instant('copy_ended_at'),
    /** The last transaction whose effects are in the lake table. */
    markerLsn: pgLsn('marker_lsn'),
    markerAt: instant('marker_at'),
    /** Batch that each lake table was brought to last; must be what the lake table says of itself. */
    mirrorBatchId: text('mirror_batch_id'),
    changelogBatchId: text('changelog_batch_id'),
    rowsCommitted: counter('rows_committed'),
    /** When its lake tables were last looked through for files that nothing names, and what the look found and removed. */
    orphansLookedAt: instant('orphans_looked_at'),
    orphanFiles: integer('orphan_files').notNull().default(0),
    orphanBytes: counter('orphan_bytes'),
    orphansRemoved: counter('orphans_removed'),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    errorAt: instant('error_at'),
    ...lifecycle,
  },
  (table) => [
    unique('pipeline_table_source').on(table.pipelineId, table.sourceSchema, table.sourceTable),
    unique('pipeline_table_lake').on(table.pipelineId, table.lakeName),
    check('pipeline_table_on_delete', sql`${table.onDelete} in ('apply', 'soft', 'ignore')`),
    check('pipeline_table_other_columns', sql`${table.otherColumns} in ('carry', 'exclude')`),
    check('pipeline_table_on_truncate', sql`${table.onTruncate} in ('apply', 'soft', 'ignore')`),
  ],
);
