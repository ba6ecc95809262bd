import { and, eq, ne, sql } from 'drizzle-orm';
import type * as z from 'zod';
import { member, memberLink, session } from '@/db/schema/identity.ts';
import { audited } from '@/server/audit/audited.ts';
import { type Actor, authorize, personOf } from '@/server/auth/actor.ts';
import { hashPassword, verifyPassword } from '@/server/auth/password.ts';
import { throttle } from '@/server/auth/throttle.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { changePasswordInput } from './member-input.ts';

/**
 * Replaces one's own password, for those who know it, and signs the person out everywhere else. Throws INVALID_INPUT when
 * the present password is wrong, RATE_LIMITED after too many tries.
 */
export async function changePassword(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof changePasswordInput>,
): Promise<void> {
  authorize(actor, 'profile:manage');
  const { current, next } = parseInput(changePasswordInput, input);
  const id = personOf(actor);
  await throttle(database.pool, { key: `password:${id}`, attemptsMax: 10, windowS: 300 });
  const [known] = await database.db.select({ hash: member.passwordHash }).from(member).where(eq(member.id, id));
  if (!known?.hash) throw new AppError('CONFLICT', 'you sign in at the identity provider and have no password here');
  // Hashing takes long, so it happens before the transaction, which then checks that nobody was faster.
  const isRight = await verifyPassword(current, known.hash);
  const passwordHash = isRight ? await hashPassword(next) : '';
  await audited(database, { actor, scope: 'profile:manage', action: 'member.change-password' }, async (tx) => {
    if (!isRight) throw fieldError('INVALID_INPUT', 'current', 'is not your present password');
    const [changed] = await tx
      .update(member)
      .set({ passwordHash, version: sql`${member.version} + 1`, updatedAt: sql`now()` })
      .where(and(eq(member.id, id), eq(member.passwordHash, known.hash ?? '')))
      .returning({ id: member.id });
    if (!changed) throw new AppError('CONFLICT', 'the password was changed in the meantime');
    await tx.delete(memberLink).where(eq(memberLink.memberId, id));
    await tx.delete(session).where(and(eq(session.memberId, id), ne(session.id, actor.sessionId ?? '')));
    return { result: undefined, subject: id };
  });
}
