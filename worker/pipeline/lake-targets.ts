import { heldOf } from '@/server/domain/held-columns.ts';
import { identifierText, type TableIdentifier } from '@/server/domain/iceberg/identifier.ts';
import { currentSchema } from '@/server/domain/iceberg/metadata.ts';
import type { Schema } from '@/server/domain/iceberg/schema.ts';
import { CHANGELOG_COLUMNS, DELETED_AT_COLUMN, type LakeTable, OWNER_PROPERTY } from '@/server/domain/lake-table.ts';
import { changelogName } from '@/server/domain/names.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import type { Lease } from '@/worker/buffer/lease.ts';
import type { Effects } from '@/worker/columnar/apply-effects.ts';
import type { ChangelogFieldIds } from '@/worker/columnar/write-changelog.ts';
import type { LoadedTable } from '@/worker/iceberg/catalog/catalog.ts';
import { CREATED_PROPERTY, NEW_TABLE_PROPERTIES } from '@/worker/iceberg/create-properties.ts';
import { evolveSchema } from '@/worker/iceberg/evolve-schema.ts';
import { lakeSchema, lakeTable, type ValuePolicies } from '@/worker/iceberg/lake-schema.ts';
import type { PipelineDefinition, PipelineTable } from './definition.ts';
import type { Lake } from './lake.ts';
import { assertFit } from './table-rules.ts';

export type LakeMode = 'mirror' | 'changelog';

/** A lake table that a table of the pipeline is written to, as loaded once. */
export type LakeTarget = {
  readonly mode: LakeMode;
  readonly identifier: TableIdentifier;
  readonly loaded: LoadedTable;
  readonly lake: LakeTable;
  /** For changelogs. */
  readonly changelogFieldIds: ChangelogFieldIds | null;
  /** For mirrors that do not simply apply deletes and truncates. */
  readonly effects?: Effects;
};

export const modesOf = (table: Pick<PipelineTable, 'mirror' | 'changelog'>): LakeMode[] => [
  ...(table.mirror ? (['mirror'] as const) : []),
  ...(table.changelog ? (['changelog'] as const) : []),
];

export const identifierOf = (
  pipeline: Pick<PipelineDefinition, 'namespace'>,
  table: Pick<PipelineTable, 'lakeName'>,
  mode: LakeMode,
): TableIdentifier => ({
  namespace: [...pipeline.namespace],
  name: mode === 'mirror' ? table.lakeName : changelogName(table.lakeName),
});

/**
 * Creates the table's lake tables where they are missing. One that belongs to another pipeline, or to nobody, is
 * never written to: LAKE_TABLE_EXISTS.
 */
export async function createTargets(
  { catalog }: Pick<Lake, 'catalog'>,
  options: { pipeline: PipelineDefinition; table: PipelineTable; schema: TableSchema; signal: AbortSignal },
): Promise<void> {
  const { pipeline, table, schema, signal } = options;
  await catalog.createNamespace([...pipeline.namespace], { signal });
  for (const mode of modesOf(table)) {
    const identifier = identifierOf(pipeline, table, mode);
    if (await catalog.tableExists(identifier, { signal })) {
      const found = await catalog.loadTable(identifier, { signal });
      if (isOwned(found, table)) {
        // A copy that begins anew may bring other columns. One of a part joins what is there.
        await evolve(catalog, {
          ...evolution(table, { mode, schema }),
          identifier,
          found,
          isAnew: table.copyScope === null,
          signal,
        });
        continue;
      }
      throw new AppError(
        'LAKE_TABLE_EXISTS',
        `lake table ${identifierText(identifier)} exists and is not this table's`,
      );
    }
    await catalog.createTable(
      {
        identifier,
        schema: lakeSchema({
          schema,
          policies: policiesOf(table, schema),
          mode,
          keepsDeleted: keepsDeleted(table, mode),
          held: heldOf(table.held, schema.oid),
        }),
        properties: {
          ...NEW_TABLE_PROPERTIES,
          [OWNER_PROPERTY]: ownerOf(table),
          [CREATED_PROPERTY]: String(Date.now()),
        },
      },
      { signal },
    );
  }
}

/** Drops the table's lake tables with their files, in every mode it may have had. Returns those of others, which are left alone. */
export async function dropTargets(
  { catalog }: Pick<Lake, 'catalog'>,
  { pipeline, table, signal }: { pipeline: PipelineDefinition; table: PipelineTable; signal: AbortSignal },
): Promise<TableIdentifier[]> {
  const kept: TableIdentifier[] = [];
  for (const mode of ['mirror', 'changelog'] as const) {
    const identifier = identifierOf(pipeline, table, mode);
    if (!(await catalog.tableExists(identifier, { signal }))) continue;
    const found = await catalog.loadTable(identifier, { signal });
    if (isOwned(found, table)) await catalog.dropTable(identifier, { purge: true, signal });
    else kept.push(identifier);
  }
  return kept;
}

/** Whether a lake table was made for this table of ours. */
export const isOwned = ({ metadata }: LoadedTable, table: PipelineTable): boolean =>
  metadata.properties[OWNER_PROPERTY] === ownerOf(table);

const ownerOf = (table: PipelineTable): string => `${table.pipelineId}/${table.id}`;

/** Loads the table's lake tables, or takes those that the last commit returned. */
export async function loadTargets(
  { catalog }: Pick<Lake, 'catalog'>,
  options: {
    pipeline: PipelineDefinition;
    table: PipelineTable;
    /** The columns that the source has now. */
    schema: TableSchema;
    /** Brought up to date when a lake table's schema changes. */
    known?: Map<string, LoadedTable>;
    /** With the commit lease, the lake tables are brought up to `schema` first. */
    lease?: Lease;
    signal: AbortSignal;
  },
): Promise<LakeTarget[]> {
  const { pipeline, table, schema, known, lease, signal } = options;
  assertFit(schema);
  return Promise.all(
    modesOf(table).map(async (mode) => {
      const identifier = identifierOf(pipeline, table, mode);
      const found = known?.get(identifierText(identifier)) ?? (await catalog.loadTable(identifier, { signal }));
      const wanted = evolution(table, { mode, schema });
      const loaded = lease ? await evolve(catalog, { ...wanted, identifier, found, lease, signal }) : found;
      if (loaded !== found) known?.set(identifierText(identifier), loaded);
      return toTarget({ mode, identifier, loaded, table, schema });
    }),
  );
}

/** The columns of the table's lake tables as they are, without any change to them. */
export async function presentSchemas(
  { catalog }: Pick<Lake, 'catalog'>,
  options: {
    pipeline: PipelineDefinition;
    table: PipelineTable;
    known: ReadonlyMap<string, LoadedTable>;
    signal: AbortSignal;
  },
): Promise<Schema[]> {
  const { pipeline, table, known, signal } = options;
  return Promise.all(
    modesOf(table).map(async (mode) => {
      const identifier = identifierOf(pipeline, table, mode);
      const found = known.get(identifierText(identifier)) ?? (await catalog.loadTable(identifier, { signal }));
      return currentSchema(found.metadata);
    }),
  );
}

type Evolution = Omit<Parameters<typeof evolveSchema>[0], 'metadata'>;

/** What the columns of one of the table's lake tables should be. */
const evolution = (table: PipelineTable, { mode, schema }: { mode: LakeMode; schema: TableSchema }): Evolution => ({
  schema,
  policies: policiesOf(table, schema),
  keepsDeleted: keepsDeleted(table, mode),
  held: heldOf(table.held, schema.oid),
  keepsReplaced: mode === 'changelog',
});

/** A commit of its own before the data: older rows read null in new columns either way. */
async function evolve(
  catalog: Lake['catalog'],
  options: Evolution & {
    identifier: TableIdentifier;
    found: LoadedTable;
    /** Fences the commit; without it the table must not be live. */
    lease?: Lease;
    signal: AbortSignal;
  },
): Promise<LoadedTable> {
  const { identifier, found, lease, signal, ...wanted } = options;
  const { metadata } = found;
  const updates = evolveSchema({ ...wanted, metadata });
  if (updates.length === 0) return found;
  const token = lease && { 'philotes.pipeline-id': lease.pipelineId, 'philotes.lease-token': String(lease.token) };
  const evolved = await catalog.commitTable(
    {
      identifier,
      requirements: [
        { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
        { type: 'assert-current-schema-id', 'current-schema-id': metadata['current-schema-id'] },
        { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': metadata['last-column-id'] },
      ],
      updates: token ? [...updates, { action: 'set-properties', updates: token }] : updates,
    },
    { signal },
  );
  await failpoint('schema-evolved');
  return evolved;
}

function toTarget(options: {
  mode: LakeMode;
  identifier: TableIdentifier;
  loaded: LoadedTable;
  table: PipelineTable;
  schema: TableSchema;
}): LakeTarget {
  const { mode, identifier, loaded, table, schema } = options;
  const present = currentSchema(loaded.metadata);
  const held = heldOf(table.held, schema.oid);
  const lake = lakeTable({ lake: present, schema, policies: policiesOf(table, schema), held });
  if (mode === 'mirror') {
    return { mode, identifier, loaded, lake, changelogFieldIds: null, ...effectsOf(table, lake) };
  }
  const ids = new Map(present.fields.map((field) => [field.name, field.id]));
  const changelogFieldIds = Object.fromEntries(
    CHANGELOG_COLUMNS.map(({ name }) => [name, ids.get(name) ?? 0]),
  ) as ChangelogFieldIds;
  return { mode, identifier, loaded, lake, changelogFieldIds };
}

const keepsDeleted = ({ onDelete, onTruncate }: PipelineTable, mode: LakeMode): boolean =>
  mode === 'mirror' && (onDelete === 'soft' || onTruncate === 'soft');

function effectsOf({ onDelete, onTruncate }: PipelineTable, lake: LakeTable): { effects?: Effects } {
  if (onDelete === 'apply' && onTruncate === 'apply') return {};
  const deletedAt = lake.columns.findIndex(({ name }) => name === DELETED_AT_COLUMN.name);
  return { effects: { onDelete, onTruncate, deletedAt } };
}

/** People name columns; the lake knows them by attnum. */
function policiesOf(table: Pick<PipelineTable, 'policies'>, schema: TableSchema): ValuePolicies {
  return new Map(
    schema.columns.flatMap((column) => {
      const policy = table.policies[column.name];
      return policy === undefined ? [] : [[column.attnum, policy] as const];
    }),
  );
}
