import { eq, sql } from 'drizzle-orm';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { lockTable, type TableKey, tableKey } from './lock-table.ts';

/**
 * Takes a mirror as it is, although it may differ from its source: a person knows that it does not, or that it may. Nothing in
 * the lake changes. Accepting one that is in no doubt changes nothing.
 */
export async function acceptTable(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: TableKey,
): Promise<{ accepted: number }> {
  const change = { actor, scope: 'pipeline:operate', action: 'table.accept' } as const;
  return audited(database, change, async (tx) => {
    const { pipeline, table, name } = await lockTable(tx, parseInput(tableKey, input));
    const { doubts } = table;
    if (doubts.length > 0) {
      await tx.update(pipelineTable).set({ doubts: [], updatedAt: sql`now()` }).where(eq(pipelineTable.id, table.id));
    }
    return { result: { accepted: doubts.length }, subject: pipeline.id, detail: { table: name, doubts: [...doubts] } };
  });
}
