import { and, eq, ne, or, sql } from 'drizzle-orm';
import type * as z from 'zod';
import { pipeline, pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import type { AskDeps } from '@/server/inquiries/ask-worker.ts';
import { standingTables } from '@/server/lake/standing-tables.ts';
import { requireVersion } from '@/server/platform/require-version.ts';
import { lakeTablesOf } from './lake-names.ts';
import { type CarriedOut, carriedOut, hasLakeTables, isUntouched, lockTable } from './lock-table.ts';
import { markChanged } from './mark-changed.ts';
import { removeTableInput } from './table-verbs-input.ts';

type RemovedTable = {
  readonly carriedOut: CarriedOut;
  /** Lake tables under its names that are not its own, and are not dropped with it. */
  readonly lakeTablesKept: string[];
};

/**
 * Takes a table out of its pipeline: out of the publication, the buffer and our records. Its lake tables stay, unless
 * `dropLakeTables` says otherwise; then, too, those that were not made for it. Throws CONFLICT for the last table: that is deletePipeline's.
 */
export async function removeTable(
  deps: AskDeps,
  actor: Actor,
  input: z.input<typeof removeTableInput>,
): Promise<RemovedTable> {
  const strangers = actor.scopes.has('pipeline:write') ? await strangersOf(deps, actor, input) : [];
  const change = { actor, scope: 'pipeline:write', action: 'table.remove' } as const;
  return audited(deps.database, change, async (tx) => {
    const { dropLakeTables, version, ...key } = parseInput(removeTableInput, input);
    const { pipeline: parent, table, name } = await lockTable(tx, key);
    requireVersion('table', table.version, version);
    const [other] = await tx
      .select({ id: pipelineTable.id })
      .from(pipelineTable)
      .where(
        and(
          eq(pipelineTable.pipelineId, parent.id),
          ne(pipelineTable.id, table.id),
          or(sql`${pipelineTable.requested} is null`, sql`${pipelineTable.requested}->>'kind' <> 'remove'`),
        ),
      )
      .limit(1);
    if (!other) {
      throw new AppError('CONFLICT', `table ${name} is the pipeline's last one; delete the pipeline instead`);
    }
    await markChanged(tx, parent);
    const deed = {
      subject: parent.id,
      detail: { table: name, dropLakeTables, ...(strangers.length > 0 ? { lakeTablesKept: strangers } : {}) },
    };
    if ((!dropLakeTables || !hasLakeTables(table)) && (await isUntouched(tx, parent))) {
      await tx.delete(pipelineTable).where(eq(pipelineTable.id, table.id));
      return { result: { carriedOut: 'now', lakeTablesKept: strangers }, ...deed };
    }
    await tx
      .update(pipelineTable)
      .set({
        requested: { kind: 'remove', dropLakeTables },
        version: sql`${pipelineTable.version} + 1`,
        updatedAt: sql`now()`,
      })
      .where(eq(pipelineTable.id, table.id));
    return { result: { carriedOut: carriedOut(parent), lakeTablesKept: strangers }, ...deed };
  });
}

/** Lake tables under its names that were not made for it: they stay, whatever is asked. None when the lake cannot be asked. */
async function strangersOf(deps: AskDeps, actor: Actor, input: z.input<typeof removeTableInput>): Promise<string[]> {
  const { pipelineId, tableId, dropLakeTables } = parseInput(removeTableInput, input);
  if (!dropLakeTables) return [];
  const [found] = await deps.database.db
    .select({ destinationId: pipeline.destinationId, namespace: pipeline.namespace, lakeName: pipelineTable.lakeName })
    .from(pipelineTable)
    .innerJoin(pipeline, eq(pipeline.id, pipelineTable.pipelineId))
    .where(and(eq(pipelineTable.id, tableId), eq(pipelineTable.pipelineId, pipelineId)));
  if (!found) return [];
  const { lakeName, ...place } = found;
  const names = lakeTablesOf({ lakeName, mirror: true, changelog: true });
  try {
    return (await standingTables(deps, actor, { ...place, names }))
      .filter(({ madeFor }) => madeFor !== `${pipelineId}/${tableId}`)
      .map(({ name }) => `${place.namespace}.${name}`);
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}
