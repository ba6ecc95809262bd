import * as z from 'zod';
import { DOUBT_KINDS } from '@/server/domain/doubt.ts';
import { pageOf } from '@/server/paging/page.ts';
import { columnRules, otherColumns, schemaPolicy } from './pipeline-input.ts';
import { rowFilter } from './row-filter-input.ts';

/** A recorded failure together with what a person can do about it. */
export const ShownError = z
  .object({ code: z.string(), message: z.string(), remedy: z.string(), at: z.iso.datetime() })
  .meta({ id: 'RecordedError' });
export type ShownError = z.output<typeof ShownError>;

const Reference = z.object({ id: z.string(), name: z.string() });

/** A pipeline with its figures of this moment. */
export const PipelineSummary = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z
      .string()
      .describe('draft, starting, copying, running, paused, stopping, stopped or needs_attention: what workers report'),
    desiredState: z.enum(['stopped', 'running', 'paused']).describe('What people asked for'),
    namespace: z.string().describe('Namespace of the lake tables; levels joined by dots'),
    version: z.string(),
    source: Reference,
    destination: Reference,
    error: ShownError.nullable(),
    position: z
      .object({
        epoch: z.number().int(),
        capturedLsn: z.string(),
        committedLsn: z.string(),
        committedAt: z.iso.datetime(),
      })
      .nullable()
      .describe('Null until the pipeline has run'),
    lagBytes: z
      .number()
      .nullable()
      .describe(
        'WAL bytes that are captured and not committed; null while nobody waits for the pipeline: it was stopped',
      ),
    lagSeconds: z.number().nullable().describe('Null like lagBytes'),
    freshnessSeconds: z.number().nullable().describe('Age of what a reader of the lake sees; null like lagBytes'),
    sourceLagBytes: z.number().nullable().describe('WAL that the source has written and that is not durable here yet'),
    slot: z
      .object({
        walStatus: z.string().nullable(),
        retainedBytes: z.number().nullable().describe('WAL that the source keeps because of the slot'),
        safeBytes: z
          .number()
          .nullable()
          .describe('WAL that may still be written before the slot is lost; null without a limit'),
        growthBytesPerSecond: z
          .number()
          .nullable()
          .describe('How fast the retained WAL grows, smoothed over five minutes; negative while it shrinks'),
        secondsLeft: z
          .number()
          .nullable()
          .describe(
            'Forecast until the slot is lost if it goes on like this; null without a limit, or when that is more than a week off',
          ),
        checkedAt: z.iso.datetime().nullable(),
      })
      .nullable()
      .describe('The replication slot as of the last look at the source'),
    buffer: z.object({ bytes: z.number(), bytesMax: z.number().nullable(), segments: z.number() }),
    tables: z.object({
      all: z.number().int(),
      live: z.number().int(),
      needAttention: z.number().int(),
      inDoubt: z
        .number()
        .int()
        .describe('Tables, besides those that need attention, whose mirror may differ from its source'),
    }),
    rowsCommitted: z
      .number()
      .describe('Changes carried to the lake since the pipeline was made; copied rows are not changes'),
    rowsLastMinute: z.number().describe('Changes carried to the lake within a minute, as of the last sample'),
    deadLettersOpen: z.number().int(),
  })
  .meta({ id: 'PipelineSummary' });
export type PipelineSummary = z.output<typeof PipelineSummary>;

export const PipelinePage = pageOf(PipelineSummary).meta({ id: 'PipelinePage' });

/** A table of a pipeline with its progress. */
export const TableStatus = z
  .object({
    id: z.number().int(),
    source: z.string().describe('schema.table'),
    lakeName: z.string(),
    modes: z.array(z.enum(['mirror', 'changelog'])),
    state: z.string().describe('pending, copying, catching_up, live, paused or needs_attention'),
    requested: z
      .enum(['resync', 'resync-part', 'remove'])
      .nullable()
      .describe('What was asked for and is still to be carried out; null when nothing is'),
    copy: z.object({
      rows: z.number(),
      rowsEstimate: z.number(),
      startedAt: z.iso.datetime().nullable(),
      endedAt: z.iso.datetime().nullable(),
    }),
    markerLsn: z.string().nullable().describe('The last transaction whose effects are in the lake table'),
    markerAt: z.iso.datetime().nullable(),
    rowsCommitted: z.number(),
    spillBytes: z.number(),
    deadLettersOpen: z.number().int(),
    nulledValues: z
      .record(z.string(), z.number())
      .describe('Values that became null because their column’s policy says so, by lake column'),
    doubts: z
      .array(z.object({ kind: z.enum(DOUBT_KINDS), column: z.string().nullable(), at: z.iso.datetime() }))
      .describe(
        'Why the mirror may differ from its source: a column was added with values for rows that were there, or its type was changed, of which the source tells nothing in its log; or a verification found rows that differ. A resync, or a verification of the whole table that finds it equal, settles them',
      ),
    error: ShownError.nullable(),
  })
  .meta({ id: 'TableStatus' });
export type TableStatus = z.output<typeof TableStatus>;

/** One Iceberg commit of one lake table. */
export const CommitEntry = z
  .object({
    id: z.string(),
    lakeName: z.string(),
    mode: z.string().describe('mirror or changelog'),
    kind: z.string().describe('stream, copy or compaction'),
    snapshotId: z.string(),
    toLsn: z.string(),
    rowsAdded: z.number(),
    rowsDeleted: z.number(),
    bytesAdded: z.number(),
    durationMs: z.number(),
    committedAt: z.iso.datetime(),
  })
  .meta({ id: 'TableCommit' });
export type CommitEntry = z.output<typeof CommitEntry>;

/** A pipeline with its tables and latest commits. */
export const PipelineStatus = PipelineSummary.extend({
  tableList: z.array(TableStatus),
  commits: z.array(CommitEntry),
}).meta({ id: 'PipelineStatus' });
export type PipelineStatus = z.output<typeof PipelineStatus>;

export const SchemaPolicyView = schemaPolicy.meta({ id: 'SchemaPolicy' });

const EffectPolicyView = z.enum(['apply', 'soft', 'ignore']);

/** What is wanted of a table beside its names and modes. */
export const tableWishes = {
  policies: z
    .record(z.string(), z.enum(['dead-letter', 'string', 'null']))
    .describe('Column -> what happens to values that its lake type cannot hold, where it is not dead-letter'),
  onDelete: EffectPolicyView.describe('What a delete does to the mirror; soft keeps the row with _philotes_deleted_at'),
  onTruncate: EffectPolicyView.describe('What a truncate does to the mirror'),
  schemaPolicy: SchemaPolicyView.describe(
    'What is done about changes of the columns, where it is not as the pipeline says',
  ),
  columns: columnRules.describe(
    'Column -> carry, exclude, hash (HMAC-SHA-256 under the salt of the pipeline), redact, or the first characters',
  ),
  otherColumns: otherColumns.describe('What becomes of columns without a rule, later ones too'),
  where: rowFilter.describe('Only rows that meet all of these are carried; empty for all'),
};

const PipelineTable = z
  .object({
    id: z.number().int(),
    schema: z.string(),
    table: z.string(),
    lakeName: z.string(),
    mirror: z.boolean(),
    changelog: z.boolean(),
    ...tableWishes,
    state: z.string(),
  })
  .meta({ id: 'PipelineTable' });

/** What a pipeline is to do. */
export const PipelineView = z
  .object({
    id: z.string(),
    name: z.string(),
    sourceId: z.string(),
    destinationId: z.string(),
    namespace: z.string(),
    state: z.string(),
    desiredState: z.string(),
    settings: z.record(z.string(), z.number()).describe('Limits by name; units are in the names'),
    schemaPolicy: SchemaPolicyView.describe('What is done about changes of the columns; kinds left out are followed'),
    tables: z.array(PipelineTable),
    version: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Pipeline' });
export type PipelineView = z.output<typeof PipelineView>;

export const CreatedPipeline = z
  .object({
    id: z.string(),
    number: z.number().int().describe('Part of the names on the source: slot and publication'),
    version: z.string(),
  })
  .meta({ id: 'CreatedPipeline' });
export type CreatedPipeline = z.output<typeof CreatedPipeline>;

export const UpdatedPipeline = z.object({ id: z.string(), version: z.string() }).meta({ id: 'UpdatedPipeline' });
export type UpdatedPipeline = z.output<typeof UpdatedPipeline>;
