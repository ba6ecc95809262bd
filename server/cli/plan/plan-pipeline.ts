import type { Philotes, Pipeline, Table } from '@/packages/client/client.ts';
import { isAtRest, isPipelineState } from '@/server/domain/pipeline-state.ts';
import { type NewTable, withLakeName } from '@/server/pipelines/pipeline-input.ts';
import { CliError } from '../exit-codes.ts';
import { findId } from '../resources/find-id.ts';
import { asJson } from './as-json.ts';
import { type Change, differences, type FieldChange, nothing } from './change.ts';
import { type PipelineSpec, TABLE_FIELDS } from './resource-schemas.ts';

/** A pipeline with all that is known of its tables. */
export type PresentPipeline = Omit<Pipeline, 'tables'> & { readonly tables: readonly Table[] };

type Options = {
  readonly name: string;
  readonly spec: PipelineSpec;
  readonly present: PresentPipeline | undefined;
  /** Id -> name of what there is. */
  readonly names: ReadonlyMap<string, string>;
};

export function planPipeline({ name, spec, present, names }: Options): Change {
  const { source, destination, state, namespace, settings } = spec;
  const schemaPolicy = asJson(spec.schemaPolicy);
  const tables = asJson(spec.tables.map(withLakeName));
  if (!present) {
    return {
      kind: 'Pipeline',
      name,
      action: 'create',
      fields: differences(
        {},
        {
          source,
          destination,
          namespace,
          settings,
          schemaPolicy,
          tables: tables.map(nameOf),
          ...(state ? { state } : {}),
        },
      ),
      async apply(client) {
        const sourceId = await findId(client, 'source', source);
        const destinationId = await findId(client, 'destination', destination);
        const { data } = await client.POST('/pipelines', {
          body: { name, sourceId, destinationId, namespace, settings: defined(settings), schemaPolicy, tables },
        });
        if (data && state) await bringTo(client, { id: data.id, from: 'stopped', to: state });
      },
    };
  }
  const { id, desiredState } = present;
  const fixed = differences(
    {
      source: names.get(present.sourceId),
      destination: names.get(present.destinationId),
      namespace: present.namespace,
    },
    { source, destination, namespace },
  );
  const changedSettings = differences(present.settings, defined(settings));
  const changedPolicy = differences({ schemaPolicy: present.schemaPolicy }, { schemaPolicy });
  const changedTables = tableChanges(present, tables);
  const changedState =
    state === undefined || state === desiredState ? [] : [{ field: 'state', before: desiredState, after: state }];
  const fields = [
    ...fixed,
    ...changedSettings.map((change) => ({ ...change, field: `settings.${change.field}` })),
    ...changedPolicy,
    ...changedTables,
    ...changedState,
  ];
  const base = { kind: 'Pipeline', name, fields } as const;
  if (fields.length === 0) return { ...base, action: 'none', apply: nothing };
  const [first] = fixed;
  const obstacle = first ? { obstacle: `${first.field} is fixed once a pipeline exists; make another one` } : {};
  return {
    ...base,
    ...obstacle,
    action: 'update',
    async apply(client) {
      if (changedSettings.length > 0)
        await client.PATCH('/pipelines/{id}', { params: { path: { id } }, body: { settings: defined(settings) } });
      if (changedPolicy.length > 0)
        await client.PATCH('/pipelines/{id}', { params: { path: { id } }, body: { schemaPolicy } });
      if (changedTables.length > 0) await changeTables(client, { present, tables });
      if (state && changedState.length > 0) await bringTo(client, { id, from: desiredState, to: state });
    },
  };
}

const nameOf = ({ schema, table }: { schema: string; table: string }): string => `${schema}.${table}`;
/** A table as the API takes it: fields that were left out are not there. */
type WantedTable = ReturnType<typeof asJson<NewTable>>;

/** What is said of a table beside its name. */
const shapeOf = (table: Table | WantedTable): Record<string, unknown> =>
  Object.fromEntries(Object.entries(table).filter(([field]) => TABLE_FIELDS.some((known) => known === field)));

/** Settings that were given: those left out stay as they are. */
const defined = (settings: PipelineSpec['settings']): Record<string, number> =>
  Object.fromEntries(Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

function tableChanges(present: PresentPipeline, tables: readonly WantedTable[]): FieldChange[] {
  const before = new Map(present.tables.map((table) => [nameOf(table), table]));
  const after = new Map(tables.map((table) => [nameOf(table), table]));
  return [
    ...present.tables.flatMap((table) =>
      after.has(nameOf(table)) ? [] : [{ field: `tables.${nameOf(table)}`, before: shapeOf(table) }],
    ),
    ...tables.flatMap((table) => {
      const known = before.get(nameOf(table));
      if (!known) return [{ field: `tables.${nameOf(table)}`, after: shapeOf(table) }];
      return differences(shapeOf(known), shapeOf(table)).map((change) => ({
        ...change,
        field: `tables.${nameOf(table)}.${change.field}`,
      }));
    }),
  ];
}

/** At rest the whole list is replaced; a running pipeline takes and gives tables one by one. */
async function changeTables(
  client: Philotes,
  { present, tables }: { present: PresentPipeline; tables: readonly WantedTable[] },
): Promise<void> {
  const { id: pipelineId, state } = present;
  if (isPipelineState(state) && isAtRest(state)) {
    await client.PATCH('/pipelines/{id}', { params: { path: { id: pipelineId } }, body: { tables: [...tables] } });
    return;
  }
  const known = new Map(present.tables.map((table) => [nameOf(table), table]));
  const added = tables.filter((table) => !known.has(nameOf(table)));
  if (added.length > 0)
    await client.POST('/pipelines/{pipelineId}/tables', { params: { path: { pipelineId } }, body: { tables: added } });
  for (const table of tables) {
    const before = known.get(nameOf(table));
    known.delete(nameOf(table));
    if (!before || differences(shapeOf(before), shapeOf(table)).length === 0) continue;
    const { schema: _, table: __, lakeName, ...body } = table;
    if (lakeName !== before.lakeName) {
      throw new CliError(
        'CONFLICT',
        `the lake table of ${nameOf(table)} is renamed at rest only`,
        'Stop the pipeline, then apply again.',
      );
    }
    const params = { path: { pipelineId, tableId: before.id } };
    await client.PATCH('/pipelines/{pipelineId}/tables/{tableId}', { params, body });
  }
  for (const { id: tableId } of known.values()) {
    await client.DELETE('/pipelines/{pipelineId}/tables/{tableId}', { params: { path: { pipelineId, tableId } } });
  }
}

async function bringTo(
  client: Philotes,
  { id, from, to }: { id: string; from: string; to: 'running' | 'paused' | 'stopped' },
): Promise<void> {
  const params = { path: { id } };
  if (to === 'stopped' && from !== 'stopped') await client.POST('/pipelines/{id}/stop', { params });
  if (to === 'running')
    await (from === 'paused'
      ? client.POST('/pipelines/{id}/resume', { params })
      : client.POST('/pipelines/{id}/start', { params }));
  if (to === 'paused') {
    if (from === 'stopped') await client.POST('/pipelines/{id}/start', { params });
    await client.POST('/pipelines/{id}/pause', { params });
  }
}
