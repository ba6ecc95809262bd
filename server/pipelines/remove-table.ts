import { and, eq, ne, or, sql } from 'drizzle-orm';
import type * as z from 'zod';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { type CarriedOut, carriedOut, hasLakeTables, isUntouched, lockTable } from './lock-table.ts';
import { removeTableInput } from './table-verbs-input.ts';

/**
 * Takes a table out of its pipeline: out of the publication, the buffer and our records. Its lake tables stay, unless
 * `dropLakeTables` says otherwise. Throws CONFLICT for the last table: that is deletePipeline's.
 */
export async function removeTable(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof removeTableInput>,
): Promise<{ carriedOut: CarriedOut }> {
  const change = { actor, scope: 'pipeline:write', action: 'table.remove' } as const;
  return audited(database, change, async (tx) => {
    const { dropLakeTables, ...key } = parseInput(removeTableInput, input);
    const { pipeline, table, name } = await lockTable(tx, key);
    const [other] = await tx
      .select({ id: pipelineTable.id })
      .from(pipelineTable)
      .where(
        and(
          eq(pipelineTable.pipelineId, pipeline.id),
          ne(pipelineTable.id, table.id),
          or(sql`${pipelineTable.requested} is null`, sql`${pipelineTable.requested}->>'kind' <> 'remove'`),
        ),
      )
      .limit(1);
    if (!other) {
      throw new AppError('CONFLICT', `table ${name} is the pipeline's last one; delete the pipeline instead`);
    }
    const deed = { subject: pipeline.id, detail: { table: name, dropLakeTables } };
    if ((!dropLakeTables || !hasLakeTables(table)) && (await isUntouched(tx, pipeline))) {
      await tx.delete(pipelineTable).where(eq(pipelineTable.id, table.id));
      return { result: { carriedOut: 'now' }, ...deed };
    }
    await tx
      .update(pipelineTable)
      .set({ requested: { kind: 'remove', dropLakeTables }, updatedAt: sql`now()` })
      .where(eq(pipelineTable.id, table.id));
    return { result: { carriedOut: carriedOut(pipeline) }, ...deed };
  });
}
