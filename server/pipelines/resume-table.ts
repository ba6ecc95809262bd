import { eq, sql } from 'drizzle-orm';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import type { TableState } from '@/server/domain/table-state.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { type LockedTable, lockTable, type TableKey, tableKey } from './lock-table.ts';

/**
 * Lets a table go on that was paused, or that was parked and whose cause is mended: from where it stopped, with everything
 * that was kept for it. If the cause is not mended it is parked again. Resuming one that goes on changes nothing. Throws
 * CONFLICT when changes were given up or have never arrived: only a resync helps then.
 */
export async function resumeTable(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: TableKey,
): Promise<{ state: TableState }> {
  const change = { actor, scope: 'pipeline:operate', action: 'table.resume' } as const;
  return audited(database, change, async (tx) => {
    const { pipeline, table, name } = await lockTable(tx, parseInput(tableKey, input));
    const deed = { subject: pipeline.id, detail: { table: name, from: table.state } };
    if (table.state !== 'paused' && table.state !== 'needs_attention')
      return { result: { state: table.state }, ...deed };
    if (table.state === 'needs_attention' && lacksChanges(table)) {
      throw new AppError('CONFLICT', `changes of table ${name} are missing (${table.errorCode}); resync it instead`);
    }
    if (table.errorCode === 'SCHEMA_CHANGE_WAITING') {
      throw new AppError(
        'CONFLICT',
        `table ${name} waits for a decision: approve or refuse the changes of its columns`,
      );
    }
    const state = stateToResume(table);
    await tx
      .update(pipelineTable)
      .set({ state, errorCode: null, errorMessage: null, errorAt: null, updatedAt: sql`now()` })
      .where(eq(pipelineTable.id, table.id));
    return { result: { state }, ...deed };
  });
}

/** Whether what was kept for the table is not everything. One that was never found on the source has missed nothing. */
const lacksChanges = ({ errorCode, sourceOid }: LockedTable): boolean =>
  INCOMPLETE.has(errorCode ?? '') || (sourceOid !== null && INCOMPLETE_IF_MET.has(errorCode ?? ''));

const INCOMPLETE: ReadonlySet<string> = new Set([
  'SPILL_FULL',
  'SOURCE_PUBLICATION',
  'SOURCE_TABLE_REPLACED',
  'SOURCE_PARTITION_ATTACHED',
]);
const INCOMPLETE_IF_MET: ReadonlySet<string> = new Set(['SOURCE_TABLE_MISSING', 'ROW_FILTER_UNFIT']);

/** How far the table had come. */
function stateToResume({ isJoined, copyEndLsn, copyStartedAt }: LockedTable): TableState {
  if (isJoined || copyEndLsn !== null) return 'catching_up';
  return copyStartedAt === null ? 'pending' : 'copying';
}
