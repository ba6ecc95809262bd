import { and, eq, sql } from 'drizzle-orm';
import { deadLetter, tableSchema } from '@/db/schema/buffer.ts';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { DeadLetterContent, DeadLetterKey } from './dead-letter-view.ts';
import { valuesOf } from './download-dead-letters.ts';
import { entry, entryColumns } from './read-entries.ts';

type Deps = Pick<ControlDeps, 'database'>;

/** One dead letter with its values, by column. Looking at source data is on record. */
export async function inspectDeadLetter(
  { database }: Deps,
  actor: Actor,
  { pipelineId, id }: DeadLetterKey,
): Promise<DeadLetterContent> {
  const change = { actor, scope: 'dead-letter:read', action: 'dead-letter.inspect' } as const;
  return audited(database, change, async (tx) => {
    const [row] = await tx
      .select({ ...entryColumns, payload: deadLetter.payload, columns: tableSchema.schema })
      .from(deadLetter)
      .innerJoin(pipelineTable, eq(pipelineTable.id, deadLetter.pipelineTableId))
      .leftJoin(
        tableSchema,
        and(eq(tableSchema.pipelineId, pipelineTable.pipelineId), eq(tableSchema.hash, deadLetter.schemaHash)),
      )
      .where(and(eq(pipelineTable.pipelineId, pipelineId), eq(deadLetter.id, id)));
    if (!row) throw new AppError('NOT_FOUND', `there is no dead letter ${id}`);
    return { result: { ...entry(row), values: valuesOf(row) }, subject: `${pipelineId}/${id}` };
  });
}

/** Closes an open dead letter without carrying its row. */
export const discardDeadLetter = (deps: Deps, actor: Actor, key: DeadLetterKey): Promise<void> =>
  close(deps, actor, { ...key, to: 'discarded', action: 'dead-letter.discard' });

/** Asks a worker to carry the row after all: into a mirror it fetches the key's present row from the source. */
export const requestReplay = (deps: Deps, actor: Actor, key: DeadLetterKey): Promise<void> =>
  close(deps, actor, { ...key, to: 'replay_requested', action: 'dead-letter.replay' });

type Closing = DeadLetterKey & { readonly to: 'discarded' | 'replay_requested'; readonly action: string };

async function close({ database }: Deps, actor: Actor, { pipelineId, id, to, action }: Closing): Promise<void> {
  await audited(database, { actor, scope: 'dead-letter:write', action }, async (tx) => {
    const [row] = await tx
      .select({ state: deadLetter.state })
      .from(deadLetter)
      .innerJoin(pipelineTable, eq(pipelineTable.id, deadLetter.pipelineTableId))
      .where(and(eq(pipelineTable.pipelineId, pipelineId), eq(deadLetter.id, id)))
      .for('update', { of: deadLetter });
    if (!row) throw new AppError('NOT_FOUND', `there is no dead letter ${id}`);
    if (row.state !== 'open' && row.state !== to)
      throw new AppError('CONFLICT', `the dead letter is ${row.state} already`);
    if (row.state === 'open') {
      await tx
        .update(deadLetter)
        .set({ state: to, ...(to === 'discarded' ? { closedAt: sql`now()` } : {}) })
        .where(eq(deadLetter.id, id));
    }
    return { result: undefined, subject: `${pipelineId}/${id}` };
  });
}
