import { and, eq, sql } from 'drizzle-orm';
import type * as z from 'zod';
import { pipeline, pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { type ColumnRules, sameRules } from '@/server/domain/column-rules.ts';
import { type RowFilter, sameFilter } from '@/server/domain/row-filter.ts';
import type { TablePolicies, TableShape } from '@/server/domain/table-request.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { unfitPolicy } from '@/server/domain/unfit-policy.ts';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { requireVersion } from '@/server/platform/require-version.ts';
import { claimMoreNames } from './claim-more-names.ts';
import { knownSchema } from './known-schema.ts';
import { type CarriedOut, carriedOut, hasLakeTables, type LockedTable, lockTable } from './lock-table.ts';
import { markChanged } from './mark-changed.ts';
import { refuseUnfitTables } from './refuse-unfit-tables.ts';
import { noLongerText } from './same-policies.ts';
import { setTableInput } from './table-verbs-input.ts';

/**
 * Changes how a table is kept. A mode that is added needs a copy, so the table is resynced; one that is taken away is
 * written no more and stays in the lake. Deletes and truncates that are to be applied after they were not need a copy, too,
 * which drops the rows that were kept. So do other rules for its columns and another filter of its rows: nothing captured under the
 * old ones is kept. Policies count from the next commit on; a column that is to be text in the lake is made anew by a copy, and stays
 * text, so undoing that is refused (CONFLICT). A schema policy counts from the next change on.
 */
export async function setTable(
  deps: Pick<ControlDeps, 'database' | 'sealer'>,
  actor: Actor,
  input: z.input<typeof setTableInput>,
): Promise<{ carriedOut: CarriedOut; resync: boolean; version: string }> {
  const change = { actor, scope: 'pipeline:write', action: 'table.set' } as const;
  if (actor.scopes.has('pipeline:write')) await refuseUnfitRules(deps, parseInput(setTableInput, input));
  return audited(deps.database, change, async (tx) => {
    const { pipelineId, tableId, version, ...wanted } = parseInput(setTableInput, input);
    const { pipeline: parent, table, name } = await lockTable(tx, { pipelineId, tableId });
    requireVersion('table', table.version, version);
    const present = presentShape(table);
    const shape: TableShape = {
      mirror: wanted.mirror ?? present.mirror,
      changelog: wanted.changelog ?? present.changelog,
      policies: wanted.policies ?? present.policies,
      onDelete: wanted.onDelete ?? present.onDelete,
      onTruncate: wanted.onTruncate ?? present.onTruncate,
      ...(present.held === undefined ? {} : { held: present.held }),
    };
    if (!shape.mirror && !shape.changelog) {
      throw fieldError('INVALID_INPUT', 'mirror', `table ${name} needs a mode: mirror, changelog or both`);
    }
    const isInLake = hasLakeTables(table);
    const schema = await knownSchema(tx, table);
    refuseUnfitPolicies(schema, { wanted: wanted.policies, present: present.policies, ...shape });
    const rules: ColumnRules = {
      columns: wanted.columns ?? present.rules.columns,
      otherColumns: wanted.otherColumns ?? present.rules.otherColumns,
    };
    const filter = wanted.where ?? present.filter;
    const isRuled = !sameRules(rules, present.rules) || !sameFilter(filter, present.filter);
    const isRetexted = isInLake && becomesText(schema, { before: present.policies, after: shape.policies });
    const untexted = isInLake ? noLongerText(present.policies, shape.policies) : undefined;
    if (untexted !== undefined) {
      throw fieldError(
        'CONFLICT',
        `policies.${untexted}`,
        `${untexted} is text in the lake and stays so; take ${name} out with its lake tables and add it again to have another type`,
      );
    }
    const { sourceSchema, sourceTable, lakeName } = table;
    await claimMoreNames(tx, {
      pipeline: parent,
      tables: [{ schema: sourceSchema, table: sourceTable, lakeName, ...shape }],
      except: table.id,
    });
    const adds = (shape.mirror && !table.mirror) || (shape.changelog && !table.changelog);
    // To apply what was not applied so far, the rows that were kept have to go.
    const applies =
      (shape.onDelete === 'apply' && table.onDelete !== 'apply') ||
      (shape.onTruncate === 'apply' && table.onTruncate !== 'apply');
    // Once its rows may be captured, rules and filter are tied to its columns by a new life only.
    const isMet = isInLake || table.sourceOid !== null;
    const needsCopy =
      (isRuled && isMet) || (isInLake && (adds || applies || isRetexted || table.requested?.kind === 'resync'));
    await markChanged(tx, parent);
    const [changed = table] = await tx
      .update(pipelineTable)
      .set({
        // What a copy is needed for changes when it begins; policies count from the next commit on.
        ...(needsCopy ? {} : shape),
        policies: shape.policies,
        ...(wanted.schemaPolicy ? { schemaPolicy: wanted.schemaPolicy } : {}),
        ...(needsCopy
          ? { requested: { kind: 'resync' as const, ...shape, rules, filter } }
          : { columnRules: rules.columns, otherColumns: rules.otherColumns, rowFilter: filter }),
        version: sql`${pipelineTable.version} + 1`,
        updatedAt: sql`now()`,
      })
      .where(eq(pipelineTable.id, table.id))
      .returning({ version: pipelineTable.version });
    return {
      result: {
        carriedOut: needsCopy ? carriedOut(parent) : 'now',
        resync: needsCopy,
        version: changed.version.toString(),
      },
      subject: parent.id,
      detail: { table: name, ...wanted },
    };
  });
}

/** Judges what is new by the columns that capture met last; before it met any, the start judges it. */
function refuseUnfitPolicies(
  schema: TableSchema | null,
  { wanted = {}, present, mirror }: { wanted?: TablePolicies | undefined; present: TablePolicies; mirror: boolean },
): void {
  const given = Object.entries(wanted).filter(([column, policy]) => present[column] !== policy);
  const unfit = schema && unfitPolicy(schema, { policies: Object.fromEntries(given), mirror });
  if (unfit) throw fieldError('INVALID_INPUT', `policies.${unfit.column}`, unfit.reason);
}

/** Whether a column that is something else in the lake is to be text there. */
const becomesText = (schema: TableSchema | null, { before, after }: { before: TablePolicies; after: TablePolicies }) =>
  Object.entries(after).some(
    ([column, policy]) =>
      policy === 'string' &&
      before[column] !== 'string' &&
      schema?.columns.find(({ name }) => name === column)?.type.kind !== 'text',
  );

/** Looks at the source before a transaction is open: rules, or a filter, that do not fit would park the table. */
async function refuseUnfitRules(
  deps: Pick<ControlDeps, 'database' | 'sealer'>,
  { pipelineId, tableId, columns, otherColumns, where }: z.output<typeof setTableInput>,
): Promise<void> {
  const isRuled = columns !== undefined || otherColumns !== undefined;
  if (!isRuled && (where === undefined || where.length === 0)) return;
  const [found] = await deps.database.db
    .select()
    .from(pipelineTable)
    .innerJoin(pipeline, eq(pipeline.id, pipelineTable.pipelineId))
    .where(and(eq(pipelineTable.id, tableId), eq(pipelineTable.pipelineId, pipelineId)));
  if (!found) throw new AppError('NOT_FOUND', `pipeline ${pipelineId} has no table ${tableId}`);
  const {
    sourceSchema: schema,
    sourceTable,
    mirror,
    changelog,
    columnRules,
    otherColumns: present,
  } = found.pipeline_table;
  const rules = { columns: columns ?? columnRules, otherColumns: otherColumns ?? present };
  const tables = [{ schema, table: sourceTable, mirror, changelog, ...rules, where: where ?? [] }];
  await refuseUnfitTables(deps, {
    sourceId: found.pipeline.sourceId,
    tables,
    only: isRuled ? ['column_rules', 'row_filter'] : ['row_filter'],
  });
}

/** What was asked for last counts, also while it is not carried out yet. */
function presentShape(table: LockedTable): TableShape & { readonly rules: ColumnRules; readonly filter: RowFilter } {
  const shape: TableShape = table.requested?.kind === 'resync' ? table.requested : table;
  const { mirror, changelog, onDelete, onTruncate, held } = shape;
  const rules = shape.rules ?? { columns: table.columnRules, otherColumns: table.otherColumns };
  const filter = shape.filter ?? table.rowFilter;
  const { policies } = table;
  return { mirror, changelog, onDelete, onTruncate, policies, rules, filter, ...(held === undefined ? {} : { held }) };
}
