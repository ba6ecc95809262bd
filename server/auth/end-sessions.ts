import { and, eq, ne } from 'drizzle-orm';
import * as z from 'zod';
import { session } from '@/db/schema/identity.ts';
import { audited } from '@/server/audit/audited.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { type Actor, personOf } from './actor.ts';

type Deps = Pick<ControlDeps, 'database'>;

export const endOwnSessionInput = z.strictObject({ id: z.string().regex(/^ses_[0-9a-f]{32}$/, 'is not an id') });

/** Signs the person out in one place, at once. Throws NOT_FOUND for sessions of others and those that are over. */
export async function endOwnSession(
  { database }: Deps,
  actor: Actor,
  input: z.input<typeof endOwnSessionInput>,
): Promise<void> {
  await audited(database, { actor, scope: 'profile:manage', action: 'session.end' }, async (tx) => {
    const { id } = parseInput(endOwnSessionInput, input);
    const own = and(eq(session.id, id), eq(session.memberId, personOf(actor)));
    const ended = await tx.delete(session).where(own).returning({ id: session.id });
    if (ended.length === 0) throw new AppError('NOT_FOUND', `there is no session ${id} of yours`);
    return { result: undefined, subject: id };
  });
}

/** Signs the person out everywhere but here. */
export async function endOtherSessions({ database }: Deps, actor: Actor): Promise<{ ended: number }> {
  return audited(database, { actor, scope: 'profile:manage', action: 'session.end-others' }, async (tx) => {
    const memberId = personOf(actor);
    const others = and(eq(session.memberId, memberId), ne(session.id, actor.sessionId ?? ''));
    const ended = (await tx.delete(session).where(others).returning({ id: session.id })).length;
    return { result: { ended }, subject: memberId, detail: { ended } };
  });
}
