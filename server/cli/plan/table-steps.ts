import type { Table } from '@/packages/client/client.ts';
import { isAtRest, isPipelineState } from '@/server/domain/pipeline-state.ts';
import type { NewTable } from '@/server/pipelines/pipeline-input.ts';
import type { asJson } from './as-json.ts';
import { differences, type Step } from './change.ts';
import type { PresentPipeline } from './plan-pipeline.ts';
import { TABLE_FIELDS } from './resource-schemas.ts';

/** A table as the API takes it: fields that were left out are not there. */
export type WantedTable = ReturnType<typeof asJson<NewTable>>;

type Options = {
  readonly present: PresentPipeline;
  readonly tables: readonly WantedTable[];
  /** Other fields of the pipeline that change. */
  readonly own: { readonly settings?: Record<string, number>; readonly schemaPolicy?: WantedTable['schemaPolicy'] };
  readonly isChanged: boolean;
};

export const nameOf = ({ schema, table }: { schema: string; table: string }): string => `${schema}.${table}`;

/** What is said of a table beside its name. */
export const shapeOf = (table: Table | WantedTable): Record<string, unknown> =>
  Object.fromEntries(Object.entries(table).filter(([field]) => TABLE_FIELDS.some((known) => known === field)));

/** The first table whose lake table would be renamed while the pipeline is not at rest. */
export const renamedTable = (present: PresentPipeline, tables: readonly WantedTable[]): string | undefined =>
  isResting(present)
    ? undefined
    : pairsOf(present, tables).flatMap(([before, after]) =>
        before.lakeName === after.lakeName ? [] : [nameOf(after)],
      )[0];

/**
 * At rest the list is replaced together with what else changes of the pipeline; a running one takes and gives tables one by
 * one. A table that is in the lake changes by itself in either case, since that may copy it again.
 */
export function tableSteps({ present, tables, own, isChanged }: Options): Step[] {
  const known = new Map(present.tables.map((table) => [nameOf(table), table]));
  const wanted = new Set(tables.map(nameOf));
  const added = tables.filter((table) => !known.has(nameOf(table)));
  const gone = present.tables.filter((table) => !wanted.has(nameOf(table)));
  const changed = pairsOf(present, tables).filter(([before, after]) => differ(before, after));
  const isRest = isResting(present);
  const byThemselves = changed.filter(
    ([before, after]) => !isRest || (before.state !== 'pending' && before.lakeName === after.lakeName),
  );
  const apart = new Map(byThemselves.map(([before, after]) => [after, before]));
  const hasList = isRest && isChanged && added.length + gone.length + changed.length > byThemselves.length;
  const list = hasList ? { tables: tables.map((table) => asItIs(table, apart.get(table))) } : {};
  const steps: Step[] = [];
  if (hasList || Object.keys(own).length > 0) steps.push(changeItself(present, { ...own, ...list }));
  if (!isRest && added.length > 0) steps.push(addTables(present, added));
  steps.push(...byThemselves.map(([before, after]) => changeTable(present, before, after)));
  if (!isRest) steps.push(...gone.map((table) => removeTable(present, table)));
  return steps;
}

const isResting = ({ state }: PresentPipeline): boolean => isPipelineState(state) && isAtRest(state);

const differ = (before: Table, after: WantedTable): boolean => differences(shapeOf(before), shapeOf(after)).length > 0;

function pairsOf(present: PresentPipeline, tables: readonly WantedTable[]): (readonly [Table, WantedTable])[] {
  const known = new Map(present.tables.map((table) => [nameOf(table), table]));
  return tables.flatMap((table) => {
    const before = known.get(nameOf(table));
    return before ? [[before, table] as const] : [];
  });
}

/** In the list, a table that changes by itself stays what it is. */
const asItIs = (table: WantedTable, before: Table | undefined): WantedTable =>
  before ? { ...table, ...Object.fromEntries(TABLE_FIELDS.map((field) => [field, before[field]])) } : table;

const versionOf = ({ version }: { version: string }) => ({ 'If-Match': `"${version}"` });

const changeItself = (present: PresentPipeline, body: Options['own'] & { readonly tables?: WantedTable[] }): Step => ({
  what: Object.keys(body).join(', '),
  isTriable: true,
  run: (client, { headers }) =>
    client.PATCH('/pipelines/{id}', {
      params: { path: { id: present.id }, header: versionOf(present) },
      body,
      headers,
    }),
});

const addTables = ({ id: pipelineId }: PresentPipeline, tables: WantedTable[]): Step => ({
  what: `add ${tables.map(nameOf).join(', ')}`,
  isTriable: true,
  run: (client, { headers }) =>
    client.POST('/pipelines/{pipelineId}/tables', { params: { path: { pipelineId } }, body: { tables }, headers }),
});

function changeTable({ id: pipelineId }: PresentPipeline, before: Table, after: WantedTable): Step {
  const { schema: _, table: __, lakeName: ___, ...body } = after;
  const params = { path: { pipelineId, tableId: before.id }, header: versionOf(before) };
  return {
    what: `table ${nameOf(after)}`,
    isTriable: true,
    table: nameOf(after),
    run: (client, { headers }) => client.PATCH('/pipelines/{pipelineId}/tables/{tableId}', { params, body, headers }),
  };
}

const removeTable = ({ id: pipelineId }: PresentPipeline, table: Table): Step => ({
  what: `take out ${nameOf(table)}`,
  removes: nameOf(table),
  // The last table cannot go, and whether it is the last one is known when others have been added.
  isTriable: false,
  run: (client) =>
    client.DELETE('/pipelines/{pipelineId}/tables/{tableId}', {
      params: { path: { pipelineId, tableId: table.id }, header: versionOf(table) },
    }),
});
