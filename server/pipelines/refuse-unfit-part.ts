import { and, eq } from 'drizzle-orm';
import { pipeline, pipelineTable } from '@/db/schema/definitions.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import type { RowCondition } from '@/server/domain/copy-scope.ts';
import { keyColumns } from '@/server/domain/table-schema.ts';
import { fieldError } from '@/server/errors/app-error.ts';
import { openSourceSession } from '@/server/postgres/connect.ts';
import { filterSql } from '@/server/postgres/filter-sql.ts';
import { qualifiedName } from '@/server/postgres/quote.ts';
import { sourceError, sqlState } from '@/server/postgres/source-error.ts';
import { openSource } from '@/server/sources/open-source.ts';
import { PLAIN_TYPE } from './check-bounds.ts';
import { knownSchema } from './known-schema.ts';
import type { TableKey } from './lock-table.ts';

type Part = {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly where?: readonly RowCondition[] | undefined;
};

const QUERY_MS_MAX = 10_000;
/** Values that are none of the type, columns and operators that are not there (manual: appendix A); a right or a table that lacks is not the condition's fault. */
const UNFIT = /^(22...|42703|42704|42804|42846|42883)$/;

/**
 * Has the source judge what only it can: conditions, and bounds of a key whose type our own database does not know. It plans a
 * query and reads nothing. Throws INVALID_INPUT, or why the source cannot be asked. Call it before a transaction is open.
 */
export async function refuseUnfitPart(
  deps: Pick<ControlDeps, 'database' | 'sealer'>,
  { pipelineId, tableId }: TableKey,
  part: Part,
): Promise<void> {
  const [found] = await deps.database.db
    .select({ sourceId: pipeline.sourceId, table: pipelineTable })
    .from(pipelineTable)
    .innerJoin(pipeline, eq(pipeline.id, pipelineTable.pipelineId))
    .where(and(eq(pipelineTable.id, tableId), eq(pipelineTable.pipelineId, pipelineId)));
  const schema = found && (await knownSchema(deps.database.db, found.table));
  if (!schema) return;
  const asked = questionsOf(part, keyColumns(schema)[0]);
  if (asked.length === 0) return;
  const how = { applicationName: 'philotes_preflight', queryTimeoutMs: QUERY_MS_MAX };
  await using session = await openSourceSession(await openSource(deps, found.sourceId), how);
  const of = qualifiedName({ schema: found.table.sourceSchema, table: found.table.sourceTable });
  for (const { field, condition } of asked) {
    try {
      await session.client.query(`EXPLAIN SELECT FROM ${of} WHERE ${filterSql([condition])}`);
    } catch (error) {
      if (!UNFIT.test(sqlState(error) ?? '')) throw sourceError(error, 'judging the part');
      const reason = error instanceof Error ? error.message : String(error);
      throw fieldError('INVALID_INPUT', field, `the source says: ${reason}`, { cause: error });
    }
  }
}

type Asked = { readonly field: string; readonly condition: RowCondition };

function questionsOf({ from, to, where = [] }: Part, key: { name: string; typeName: string } | undefined): Asked[] {
  const bounds: Asked[] = [];
  if (key && !PLAIN_TYPE.test(key.typeName)) {
    const condition = (operator: '<' | '>=', value: string) => ({ column: key.name, operator, value });
    if (from !== undefined) bounds.push({ field: 'from', condition: condition('>=', from) });
    if (to !== undefined) bounds.push({ field: 'to', condition: condition('<', to) });
  }
  return [...bounds, ...where.map((condition, index) => ({ field: `where.${index}`, condition }))];
}
