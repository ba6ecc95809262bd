import { eq, sql } from 'drizzle-orm';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { nextTableState } from '@/server/domain/table-state.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { lockTable, type TableKey, tableKey } from './lock-table.ts';

/**
 * Leaves one table's lake as it is while the others go on: its changes are kept aside, up to the pipeline's spill limit, and
 * resumeTable carries them all. Pausing twice changes nothing. Throws CONFLICT for a table that is not in the lake yet.
 */
export async function pauseTable(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: TableKey,
): Promise<{ state: 'paused' }> {
  const change = { actor, scope: 'pipeline:operate', action: 'table.pause' } as const;
  return audited(database, change, async (tx) => {
    const { pipeline, table, name } = await lockTable(tx, parseInput(tableKey, input));
    if (nextTableState(table.state, 'pause') !== 'paused') {
      throw new AppError('CONFLICT', `table ${name} is ${table.state} and cannot be paused; only a live one can`);
    }
    await tx
      .update(pipelineTable)
      .set({ state: 'paused', updatedAt: sql`now()` })
      .where(eq(pipelineTable.id, table.id));
    return { result: { state: 'paused' }, subject: pipeline.id, detail: { table: name, from: table.state } };
  });
}
