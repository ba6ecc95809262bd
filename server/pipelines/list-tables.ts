import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { readTableStatus } from '@/db/queries/read-table-status.ts';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import type { ColumnRules } from '@/server/domain/column-rules.ts';
import type { RowFilter } from '@/server/domain/row-filter.ts';
import { TABLE_STATES } from '@/server/domain/table-state.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { keyset } from '@/server/paging/keyset.ts';
import { matches } from '@/server/paging/matches.ts';
import { type Page, pageInput, searchInput } from '@/server/paging/page.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { columnRules } from './pipeline-input.ts';
import { tableStatus } from './pipeline-status.ts';
import { requirePipeline } from './require-pipeline.ts';
import type { TableView } from './table-view.ts';

type Deps = Pick<ControlDeps, 'database'>;

export const listTablesInput = z.strictObject({
  ...pageInput(['source', '-source', 'lakeName', '-lakeName', 'state', '-state', 'rowsCommitted', '-rowsCommitted']),
  pipelineId: resourceId,
  search: searchInput,
  state: z.enum(TABLE_STATES).optional(),
});

/** A page of a pipeline's tables with their progress. Throws NOT_FOUND when there is no such pipeline. */
export async function listTables(
  { database }: Deps,
  actor: Actor,
  input: z.input<typeof listTablesInput>,
): Promise<Page<TableView>> {
  authorize(actor, 'pipeline:read');
  const page = parseInput(listTablesInput, input);
  const { pipelineId } = page;
  await requirePipeline({ database }, pipelineId);
  const name = sql`${pipelineTable.sourceSchema} || '.' || ${pipelineTable.sourceTable}`;
  const keys = keyset({
    sorts: {
      source: { by: name, type: 'text' },
      lakeName: { by: sql`${pipelineTable.lakeName}`, type: 'text' },
      state: { by: sql`${pipelineTable.state}`, type: 'text' },
      rowsCommitted: { by: sql`${pipelineTable.rowsCommitted}`, type: 'bigint' },
    },
    id: { by: sql`${pipelineTable.id}`, type: 'bigint' },
    page,
  });
  const found = and(
    eq(pipelineTable.pipelineId, pipelineId),
    page.state === undefined ? undefined : eq(pipelineTable.state, page.state),
    or(matches(name, page.search), matches(pipelineTable.lakeName, page.search)),
  );
  const rows = await database.db
    .select({ ...definition, key: keys.key })
    .from(pipelineTable)
    .where(and(found, keys.where))
    .orderBy(keys.orderBy)
    .limit(keys.limit);
  const chosen = keys.toPage(rows, (row) => row, await database.db.$count(pipelineTable, found));
  return { ...chosen, items: await withProgress({ database }, { pipelineId, rows: chosen.items }) };
}

/** One table of a pipeline. Throws NOT_FOUND, also for a table of another pipeline. */
export async function getTable(
  { database }: Deps,
  actor: Actor,
  { pipelineId, tableId }: { pipelineId: string; tableId: number },
): Promise<TableView> {
  authorize(actor, 'pipeline:read');
  await requirePipeline({ database }, pipelineId);
  const wanted: SQL | undefined = and(eq(pipelineTable.pipelineId, pipelineId), eq(pipelineTable.id, tableId));
  const rows = await database.db.select(definition).from(pipelineTable).where(wanted);
  const [table] = await withProgress({ database }, { pipelineId, rows });
  if (!table) throw new AppError('NOT_FOUND', `there is no table ${tableId} in pipeline ${pipelineId}`);
  return table;
}

const definition = {
  id: pipelineTable.id,
  schema: pipelineTable.sourceSchema,
  table: pipelineTable.sourceTable,
  mirror: pipelineTable.mirror,
  changelog: pipelineTable.changelog,
  policies: pipelineTable.policies,
  onDelete: pipelineTable.onDelete,
  onTruncate: pipelineTable.onTruncate,
  schemaPolicy: pipelineTable.schemaPolicy,
  columns: pipelineTable.columnRules,
  otherColumns: pipelineTable.otherColumns,
  where: pipelineTable.rowFilter,
  version: sql<string>`${pipelineTable.version}::text`,
};

type Defined = Pick<
  TableView,
  | 'id'
  | 'schema'
  | 'table'
  | 'mirror'
  | 'changelog'
  | 'onDelete'
  | 'onTruncate'
  | 'schemaPolicy'
  | 'otherColumns'
  | 'version'
> & {
  policies: unknown;
  where: RowFilter;
  columns: ColumnRules['columns'];
};
const storedPolicies = z.record(z.string(), z.enum(['dead-letter', 'string', 'null']));

/** Figures are read for these tables only. One that was removed in between is left out. */
async function withProgress(
  { database }: Deps,
  { pipelineId, rows }: { pipelineId: string; rows: readonly Defined[] },
): Promise<TableView[]> {
  const ids = rows.map(({ id }) => id);
  const progress = new Map((await readTableStatus(database.pool, pipelineId, ids)).map((row) => [row.id, row]));
  return rows.flatMap(({ policies, columns, where, ...row }) => {
    const found = progress.get(row.id);
    return found
      ? [
          {
            ...tableStatus(found),
            ...row,
            pipelineId,
            policies: storedPolicies.parse(policies),
            columns: columnRules.parse(columns),
            where: [...where],
          },
        ]
      : [];
  });
}
