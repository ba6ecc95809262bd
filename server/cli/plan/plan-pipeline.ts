import type { Pipeline, Table } from '@/packages/client/client.ts';
import { withLakeName } from '@/server/pipelines/pipeline-input.ts';
import { findId } from '../resources/find-id.ts';
import { asJson } from './as-json.ts';
import { type Change, differences, type FieldChange } from './change.ts';
import type { PipelineSpec } from './resource-schemas.ts';
import { stateSteps } from './state-steps.ts';
import { nameOf, renamedTable, shapeOf, tableSteps, type WantedTable } from './table-steps.ts';

/** A pipeline with all that is known of its tables. */
export type PresentPipeline = Omit<Pipeline, 'tables'> & { readonly tables: readonly Table[] };

type Options = {
  readonly name: string;
  readonly spec: PipelineSpec;
  readonly present: PresentPipeline | undefined;
  /** Id -> name of what there is. */
  readonly names: ReadonlyMap<string, string>;
  /** Whether source and destination exist, so that the making of a pipeline can be tried. */
  readonly isThere: boolean;
};

export function planPipeline({ name, spec, present, names, isThere }: Options): Change {
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
      needs: state ? ['pipeline:operate'] : [],
      steps: [
        {
          what: 'create',
          isTriable: isThere,
          async run(client, { headers }) {
            const sourceId = await findId(client, 'source', source);
            const destinationId = await findId(client, 'destination', destination);
            return client.POST('/pipelines', {
              body: { name, sourceId, destinationId, namespace, settings: defined(settings), schemaPolicy, tables },
              headers,
            });
          },
        },
        ...(state ? stateSteps({ name, from: 'stopped', to: state }) : []),
      ],
    };
  }
  const { desiredState } = present;
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
  if (fields.length === 0) return { ...base, action: 'none', steps: [] };
  const [first] = fixed;
  const renamed = renamedTable(present, tables);
  const obstacle = first
    ? `${first.field} is fixed once a pipeline exists; make another one`
    : renamed && `the lake table of ${renamed} is renamed at rest only: stop the pipeline, then apply again`;
  const own = {
    ...(changedSettings.length > 0 ? { settings: defined(settings) } : {}),
    ...(changedPolicy.length > 0 ? { schemaPolicy } : {}),
  };
  return {
    ...base,
    ...(obstacle ? { obstacle } : {}),
    action: 'update',
    needs: changedState.length > 0 ? ['pipeline:operate'] : [],
    steps: [
      ...tableSteps({ present, tables, own, isChanged: changedTables.length > 0 }),
      ...(state && changedState.length > 0 ? stateSteps({ name, from: desiredState, to: state }) : []),
    ],
  };
}

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
