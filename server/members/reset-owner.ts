import { asc, desc, eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { member, session } from '@/db/schema/identity.ts';
import { audited, type Transaction } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { newId } from '@/server/platform/new-id.ts';
import { lockMembers } from './lock-members.ts';
import { emailInput } from './member-input.ts';
import { createMemberLink, type MemberLink } from './member-link.ts';
import { memberColumns } from './member-view.ts';

export const resetOwnerInput = z.strictObject({ email: emailInput.optional() });

export type OwnerReset = MemberLink & {
  readonly memberId: string;
  readonly email: string;
  /** Whether there was no member with this address before. */
  readonly created: boolean;
};

/**
 * The way back in for whoever has the host: makes a member with a password (the one named, else the oldest owner) an
 * enabled owner, forgets their password, ends their sessions and returns a one-time link. An address that nobody has becomes a
 * new owner. Throws NOT_FOUND without a name when no owner has a password, CONFLICT for people of an OIDC issuer.
 */
export async function resetOwner(
  { database, config }: Pick<ControlDeps, 'database' | 'config'>,
  actor: Actor,
  input: z.input<typeof resetOwnerInput> = {},
): Promise<OwnerReset> {
  if (actor.name !== 'system') throw new AppError('FORBIDDEN', 'this is done on the host only');
  return audited(database, { actor, scope: 'member:manage', action: 'owner.reset' }, async (tx) => {
    const { email } = parseInput(resetOwnerInput, input);
    await lockMembers(tx);
    const known = email === undefined ? await oldestOwner(tx) : await byEmail(tx, email);
    if (known?.fromIssuer) {
      throw new AppError('CONFLICT', `email: ${known.email} signs in at the identity provider; name another address`);
    }
    if (!known && email === undefined) {
      throw new AppError('NOT_FOUND', 'no owner has a password: name the e-mail address of one to be made');
    }
    const owner = known ?? { id: newId('mem'), email: email ?? '' };
    const values = { email: owner.email, role: 'owner', passwordHash: null, disabled: false, withoutRole: false };
    await tx
      .insert(member)
      .values({ id: owner.id, ...values })
      .onConflictDoUpdate({
        target: member.id,
        set: { ...values, version: sql`${member.version} + 1`, updatedAt: sql`now()` },
      });
    await tx.delete(session).where(eq(session.memberId, owner.id));
    const link = await createMemberLink(tx, { memberId: owner.id, config });
    const result = { memberId: owner.id, email: owner.email, created: !known, ...link };
    return { result, subject: owner.id, detail: { email: owner.email, created: !known } };
  });
}

const byEmail = async (tx: Transaction, email: string) =>
  (await tx.select(memberColumns).from(member).where(sql`lower(${member.email}) = ${email}`))[0];

/** Those with a password before those of an issuer. */
const oldestOwner = async (tx: Transaction) =>
  (
    await tx
      .select(memberColumns)
      .from(member)
      .where(sql`${member.role} = 'owner' and not ${memberColumns.fromIssuer}`)
      .orderBy(desc(memberColumns.hasPassword), asc(member.createdAt))
      .limit(1)
  )[0];
