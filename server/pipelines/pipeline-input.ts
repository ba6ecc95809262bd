import * as z from 'zod';
import { DEFAULT_PIPELINE_SETTINGS, type PipelineSettings } from '@/server/domain/pipeline-settings.ts';
import { SCHEMA_CHOICES } from '@/server/domain/schema-policy.ts';
import { resourceId, versionInput } from '@/server/platform/resource-id.ts';
import { resourceName } from '@/server/sources/source-input.ts';
import { rowFilter } from './row-filter-input.ts';

const MIB = 1024 * 1024;
const whole = (min: number, max: number) => z.number().int().min(min).max(max);

/** What may be tuned on a pipeline, each with its range and its words. */
export const settingFields = {
  batchRowsMax: whole(1_000, 5_000_000).describe('A commit closes at this many rows; one transaction is never split'),
  batchBytesMax: whole(MIB, 2_048 * MIB).describe('A commit closes at this many bytes'),
  batchAgeMsMax: whole(100, 3_600_000).describe(
    'A commit closes this many milliseconds after the first change that waits; shorter is fresher and makes smaller files',
  ),
  bufferBytesMax: whole(64 * MIB, 1_024 * 1_024 * MIB).describe(
    'Capture stops reading when this many bytes wait in the buffer, and the source keeps the WAL instead',
  ),
  spillBytesMax: whole(16 * MIB, 1_024 * 1_024 * MIB).describe(
    'Bytes that one table may hold back; beyond them it needs a resync',
  ),
  copyChunkRows: whole(1_000, 50_000_000).describe('Rows per part of a table copy'),
  copyChunksAtOnce: whole(1, 64).describe('Parts copied at once; each takes a connection of the source'),
  heartbeatSeconds: whole(0, 86_400).describe('A message in the log of the source this often; 0 for never'),
  inProgressBytesMax: whole(0, 1_024 * 1_024 * MIB).describe(
    'Room on the disk of a worker for large transactions that are read before they commit; 0 reads each after its commit',
  ),
};

export const lakeName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be letters, digits and underscores, and begin with a letter');

/** Column name -> what happens to values that its lake type cannot hold. */
export const valuePolicies = z.record(z.string().min(1).max(63), z.enum(['dead-letter', 'string', 'null']));

/** What a delete, or a truncate, of the source does to the mirror. */
export const effectPolicy = z.enum(['apply', 'soft', 'ignore']);

const schemaChoice = z.enum(SCHEMA_CHOICES).optional();

/** Kind of change of the columns -> what is done about it. */
export const schemaPolicy = z.strictObject({
  'column-added': schemaChoice,
  'column-dropped': schemaChoice,
  'column-renamed': schemaChoice,
  'column-retyped': schemaChoice,
});

const columnRule = z.union(
  [z.enum(['carry', 'exclude', 'hash', 'redact']), z.strictObject({ truncate: z.number().int().min(1).max(1_000) })],
  'must be carry, exclude, hash, redact, or {truncate: n} for the first n characters, 1 to 1000',
);

/** Column name -> how its values are shown, or that they are not carried. */
export const columnRules = z.record(z.string().min(1).max(63), columnRule);

/** What becomes of columns without a rule, later ones too. */
export const otherColumns = z.enum(['carry', 'exclude']);

export const tableInput = z
  .strictObject({
    schema: z.string().min(1).max(63),
    table: z.string().min(1).max(63),
    mirror: z.boolean().default(true),
    changelog: z.boolean().default(false),
    policies: valuePolicies.default({}),
    onDelete: effectPolicy.optional(),
    onTruncate: effectPolicy.optional(),
    /** Kinds left out are treated as the pipeline says. */
    schemaPolicy: schemaPolicy.default({}),
    columns: columnRules.default({}),
    otherColumns: otherColumns.default('carry'),
    /** Only rows that meet all of these are carried. */
    where: rowFilter.default([]),
    /** Default: the table's name, behind its schema's unless that is public. */
    lakeName: lakeName.optional(),
  })
  .refine((table) => table.mirror || table.changelog, 'choose mirror, changelog or both');
export type TableInput = z.output<typeof tableInput>;

export const namespaceInput = z
  .string()
  .max(255)
  .regex(/^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*$/, 'must be lower-case names joined by dots');

const fields = {
  name: resourceName,
  namespace: namespaceInput,
  tables: z.array(tableInput).min(1, 'choose at least one table').max(2_000),
};

export const createPipelineInput = z.strictObject({
  ...fields,
  sourceId: resourceId,
  destinationId: resourceId,
  settings: z.strictObject(settingFields).partial().default({}),
  /** Kinds left out are followed. */
  schemaPolicy: schemaPolicy.default({}),
});
export type CreatePipeline = z.input<typeof createPipelineInput>;

/** Fields left out stay as they are. `tables` is the whole new list. */
export const updatePipelineInput = z.strictObject({
  id: resourceId,
  version: versionInput,
  name: fields.name.optional(),
  tables: fields.tables.optional(),
  settings: z.strictObject(settingFields).partial().optional(),
  /** As a whole: kinds left out are followed. */
  schemaPolicy: schemaPolicy.optional(),
});
export type UpdatePipeline = z.input<typeof updatePipelineInput>;

/** A table as it will be stored. */
export type NewTable = Omit<TableInput, 'lakeName'> & { readonly lakeName: string };

/** A table with what its lake tables are called by. */
export type NamedTable = Pick<NewTable, 'schema' | 'table' | 'mirror' | 'changelog' | 'lakeName'>;

type Nameable = Pick<TableInput, 'schema' | 'table' | 'lakeName'>;

/** Fills in lake names. */
export const withLakeName = <Table extends Nameable>(table: Table): Omit<Table, 'lakeName'> & { lakeName: string } => ({
  ...table,
  lakeName: table.lakeName ?? defaultLakeName(table),
});

const defaultLakeName = ({ schema, table }: Nameable): string => {
  const name = (schema === 'public' ? table : `${schema}_${table}`).toLowerCase().replace(/[^a-z0-9_]/g, '_');
  return /^[a-z_]/.test(name) ? name : `_${name}`;
};

type SettingsInput = { readonly [Name in keyof PipelineSettings]?: number | undefined };

export const withDefaultSettings = (settings: SettingsInput): PipelineSettings => ({
  ...DEFAULT_PIPELINE_SETTINGS,
  ...Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)),
});
