import { eq, inArray, sql } from 'drizzle-orm';
import { isViolation } from '@/db/is-violation.ts';
import { pipeline, pipelineTable } from '@/db/schema/definitions.ts';
import { audited, type Transaction } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { sameRules } from '@/server/domain/column-rules.ts';
import { isAtRest } from '@/server/domain/pipeline-state.ts';
import { sameFilter } from '@/server/domain/row-filter.ts';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { requireChange } from '@/server/platform/require-change.ts';
import { requireVersion } from '@/server/platform/require-version.ts';
import { claimLakeNames } from './claim-lake-names.ts';
import { type LockedPipeline, lockPipeline } from './lock-pipeline.ts';
import { type NewTable, type UpdatePipeline, updatePipelineInput, withLakeName } from './pipeline-input.ts';
import type { UpdatedPipeline } from './pipeline-view.ts';
import { samePolicies, sameTextColumns } from './same-policies.ts';
import { storedTable } from './stored-table.ts';

/** Changes name and settings at any time, the list of tables while the pipeline is at rest. */
export async function updatePipeline(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: UpdatePipeline,
): Promise<UpdatedPipeline> {
  const change = { actor, scope: 'pipeline:write', action: 'pipeline.update' } as const;
  try {
    return await audited(database, change, async (tx) => {
      const { id, version, name, tables, settings, schemaPolicy } = parseInput(updatePipelineInput, input);
      const before = await lockPipeline(tx, id);
      requireVersion('pipeline', before.version, version);
      requireChange({ name, tables, settings, schemaPolicy });
      if (tables) await replaceTables(tx, { before, tables: tables.map(withLakeName) });
      const [row] = await tx
        .update(pipeline)
        .set({
          ...(name === undefined ? {} : { name }),
          ...(settings === undefined
            ? {}
            : { settings: sql`${pipeline.settings} || ${JSON.stringify(settings)}::jsonb` }),
          ...(schemaPolicy === undefined ? {} : { schemaPolicy }),
          version: sql`${pipeline.version} + 1`,
          updatedAt: sql`now()`,
        })
        .where(eq(pipeline.id, id))
        .returning();
      if (!row) throw new AppError('NOT_FOUND', `there is no pipeline ${id}`);
      return {
        result: { id, version: row.version.toString() },
        subject: id,
        detail: tables ? { tables: tables.map(({ schema, table }) => `${schema}.${table}`) } : {},
        before: { name: before.name, settings: before.settings, schemaPolicy: before.schemaPolicy },
        after: { name: row.name, settings: row.settings, schemaPolicy: row.schemaPolicy },
      };
    });
  } catch (error) {
    if (!isViolation(error, 'unique')) throw error;
    throw fieldError('NAME_TAKEN', 'name', 'another pipeline has this name', { cause: error });
  }
}

/** Tables that stay keep their progress; what defines their lake table cannot change once there is one. */
async function replaceTables(tx: Transaction, { before, tables }: { before: LockedPipeline; tables: NewTable[] }) {
  if (!isAtRest(before.state)) {
    throw new AppError(
      'CONFLICT',
      `tables: the list cannot change while the pipeline is ${before.state}; stop it first`,
    );
  }
  await claimLakeNames(tx, { ...before, pipelineId: before.id, tables });
  const present = await tx.select().from(pipelineTable).where(eq(pipelineTable.pipelineId, before.id));
  const wanted = new Map(tables.map((table) => [keyOf(table.schema, table.table), table]));
  const gone = present.filter((row) => !wanted.has(keyOf(row.sourceSchema, row.sourceTable))).map((row) => row.id);
  if (gone.length > 0) await tx.delete(pipelineTable).where(inArray(pipelineTable.id, gone));
  for (const row of present) {
    const key = keyOf(row.sourceSchema, row.sourceTable);
    const table = wanted.get(key);
    if (!table) continue;
    wanted.delete(key);
    const { mirror, changelog, lakeName, policies, schemaPolicy } = table;
    const { onDelete = row.onDelete, onTruncate = row.onTruncate } = table;
    const isSameEffect = onDelete === row.onDelete && onTruncate === row.onTruncate;
    const isSameRules = sameRules(table, { columns: row.columnRules, otherColumns: row.otherColumns });
    const isSameFilter = sameFilter(table.where, row.rowFilter);
    const isSame =
      isSameEffect &&
      mirror === row.mirror &&
      changelog === row.changelog &&
      lakeName === row.lakeName &&
      samePolicies(policies, row.policies) &&
      samePolicies(schemaPolicy, row.schemaPolicy) &&
      isSameRules &&
      isSameFilter;
    if (isSame) continue;
    const isShape = mirror !== row.mirror || changelog !== row.changelog || lakeName !== row.lakeName;
    if (row.state !== 'pending' && (isShape || !sameTextColumns(policies, row.policies))) {
      throw new AppError('CONFLICT', `tables: ${key} is in the lake already; remove it and add it again to change it`);
    }
    if (row.state !== 'pending' && !isSameEffect) {
      throw new AppError(
        'CONFLICT',
        `tables: ${key} is in the lake already; change its onDelete and onTruncate by itself`,
      );
    }
    const isMet = row.state !== 'pending' || row.sourceOid !== null;
    if (isMet && !isSameFilter) {
      throw new AppError(
        'CONFLICT',
        `tables: ${key} is in the lake already; change its where by itself, which copies it again`,
      );
    }
    if (isMet && !isSameRules) {
      throw new AppError(
        'CONFLICT',
        `tables: ${key} is in the lake already; change its columns and otherColumns by themselves, which copies it again`,
      );
    }
    const { columns: columnRules, otherColumns, where: rowFilter } = table;
    await tx
      .update(pipelineTable)
      .set({
        rowFilter,
        columnRules,
        otherColumns,
        mirror,
        changelog,
        lakeName,
        policies,
        onDelete,
        onTruncate,
        schemaPolicy,
        version: sql`${pipelineTable.version} + 1`,
        updatedAt: sql`now()`,
      })
      .where(eq(pipelineTable.id, row.id));
  }
  if (wanted.size > 0) {
    await tx
      .insert(pipelineTable)
      .values([...wanted.values()].map((table) => ({ pipelineId: before.id, ...storedTable(table) })));
  }
}

const keyOf = (schema: string, table: string): string => `${schema}.${table}`;
