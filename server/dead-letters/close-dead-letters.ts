import { and, eq, inArray, sql } from 'drizzle-orm';
import * as z from 'zod';
import { deadLetter } from '@/db/schema/buffer.ts';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { lockPipeline } from '@/server/pipelines/lock-pipeline.ts';
import { resourceId } from '@/server/platform/resource-id.ts';

const chosen = {
  pipelineId: resourceId,
  tableId: z.number().int().min(1).optional(),
  reason: z.string().max(2_000).optional().describe('Exactly as the groups show it'),
  column: z.string().max(63).optional(),
};

export const replayDeadLettersInput = z.strictObject(chosen);
export const discardDeadLettersInput = z.strictObject({
  ...chosen,
  note: z.string().trim().min(3).max(500).describe('Why, for the audit log'),
});

/** How many dead letters a call has dealt with. */
export const ClosedDeadLettersView = z.object({ count: z.number().int() }).meta({ id: 'ClosedDeadLetters' });
export type ClosedDeadLetters = z.output<typeof ClosedDeadLettersView>;

type Deps = Pick<ControlDeps, 'database'>;

/** Asks a worker to carry all chosen rows after all. Repeating it asks again only for what is open. Throws NOT_FOUND. */
export function replayDeadLetters(
  deps: Deps,
  actor: Actor,
  input: z.input<typeof replayDeadLettersInput>,
): Promise<ClosedDeadLetters> {
  return close(deps, actor, {
    to: 'replay_requested',
    action: 'dead-letter.replay-all',
    read: () => ({ ...parseInput(replayDeadLettersInput, input), note: undefined }),
  });
}

/** Closes all chosen dead letters without carrying their rows; the note says why. Throws NOT_FOUND. */
export function discardDeadLetters(
  deps: Deps,
  actor: Actor,
  input: z.input<typeof discardDeadLettersInput>,
): Promise<ClosedDeadLetters> {
  return close(deps, actor, {
    to: 'discarded',
    action: 'dead-letter.discard-all',
    read: () => parseInput(discardDeadLettersInput, input),
  });
}

type Closing = {
  readonly to: 'replay_requested' | 'discarded';
  readonly action: string;
  readonly read: () => z.output<typeof replayDeadLettersInput> & { readonly note: string | undefined };
};

function close({ database }: Deps, actor: Actor, { to, action, read }: Closing): Promise<ClosedDeadLetters> {
  return audited(database, { actor, scope: 'dead-letter:write', action }, async (tx) => {
    const { pipelineId, tableId, reason, column, note } = read();
    await lockPipeline(tx, pipelineId);
    const tables = tx
      .select({ id: pipelineTable.id })
      .from(pipelineTable)
      .where(
        and(
          eq(pipelineTable.pipelineId, pipelineId),
          tableId === undefined ? undefined : eq(pipelineTable.id, tableId),
        ),
      );
    const { rowCount } = await tx
      .update(deadLetter)
      .set({ state: to, ...(to === 'discarded' ? { closedAt: sql`now()` } : {}) })
      .where(
        and(
          inArray(deadLetter.pipelineTableId, tables),
          eq(deadLetter.state, 'open'),
          reason === undefined ? undefined : eq(deadLetter.reason, reason),
          column === undefined ? undefined : eq(deadLetter.columnName, column),
        ),
      );
    const count = rowCount ?? 0;
    const detail = Object.fromEntries(
      Object.entries({ tableId, reason, column, note, count }).filter(([, value]) => value !== undefined),
    );
    return { result: { count }, subject: pipelineId, detail };
  });
}
