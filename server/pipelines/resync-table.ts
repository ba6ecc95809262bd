import { eq, sql } from 'drizzle-orm';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { type CarriedOut, carriedOut, lockTable, type TableKey, tableKey } from './lock-table.ts';

/**
 * Has a table copied anew, from any state. Its lake tables stay readable as they are until one commit replaces their content;
 * a changelog keeps its history, followed by a truncate row and the rows of the copy. The other tables go on. Rows that a
 * mirror has kept after their delete go: the copy shows what the source has.
 */
export async function resyncTable(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: TableKey,
): Promise<{ carriedOut: CarriedOut }> {
  const change = { actor, scope: 'pipeline:operate', action: 'table.resync' } as const;
  return audited(database, change, async (tx) => {
    const key = parseInput(tableKey, input);
    const { pipeline, table, name } = await lockTable(tx, key);
    const { mirror, changelog, policies, onDelete, onTruncate } = table;
    await tx
      .update(pipelineTable)
      .set({
        // A shape that was asked for before is kept.
        requested: table.requested ?? { kind: 'resync', mirror, changelog, policies, onDelete, onTruncate },
        version: sql`${pipelineTable.version} + 1`,
        updatedAt: sql`now()`,
      })
      .where(eq(pipelineTable.id, table.id));
    return {
      result: { carriedOut: carriedOut(pipeline) },
      subject: pipeline.id,
      detail: { table: name, from: table.state },
    };
  });
}
