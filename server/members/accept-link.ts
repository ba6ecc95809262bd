import { and, eq, gt, sql } from 'drizzle-orm';
import * as z from 'zod';
import { auditEntry, member, memberLink, session } from '@/db/schema/identity.ts';
import { hashPassword } from '@/server/auth/password.ts';
import { createSession, hashToken, type StartedSession } from '@/server/auth/sessions.ts';
import { throttle } from '@/server/auth/throttle.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { newPassword } from './member-input.ts';

const acceptLinkInput = z.strictObject({ token: z.string().max(200), password: newPassword });

type Visitor = { readonly address: string | null; readonly userAgent: string | null };

/**
 * Sets the password of whoever holds a one-time link, ends their older sessions, and signs them in. Throws LINK_INVALID for
 * a link that was used, replaced or is too old, INVALID_INPUT for a short password (the link then still works).
 */
export async function acceptLink(
  { database }: Pick<ControlDeps, 'database'>,
  { address, userAgent, ...input }: z.input<typeof acceptLinkInput> & Visitor,
): Promise<StartedSession> {
  await throttle(database.pool, { key: `link-from:${address ?? ''}`, attemptsMax: 20, windowS: 300 });
  const { token, password } = parseInput(acceptLinkInput, input);
  const isValid = and(eq(memberLink.tokenHash, hashToken(token)), gt(memberLink.expiresAt, sql`now()`));
  if ((await database.db.$count(memberLink, isValid)) === 0) throw invalid();
  // Takes long, so it happens before the transaction, which alone decides who was first.
  const passwordHash = await hashPassword(password);
  const id = await database.db.transaction(async (tx) => {
    const [link] = await tx.delete(memberLink).where(isValid).returning({ memberId: memberLink.memberId });
    if (!link) throw invalid();
    const [row] = await tx
      .update(member)
      .set({ passwordHash, version: sql`${member.version} + 1`, updatedAt: sql`now()` })
      .where(and(eq(member.id, link.memberId), eq(member.disabled, false)))
      .returning({ id: member.id });
    if (!row) throw invalid();
    await tx.delete(session).where(eq(session.memberId, row.id));
    const entry = { actor: `member:${row.id}`, action: 'member.accept-link', subject: row.id, address };
    await tx.insert(auditEntry).values(entry);
    return row.id;
  });
  return createSession(database.pool, { memberId: id, method: 'link', address, userAgent });
}

const invalid = () => new AppError('LINK_INVALID', 'this link does not work any more');
