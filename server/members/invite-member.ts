import type * as z from 'zod';
import { isViolation } from '@/db/is-violation.ts';
import { member } from '@/db/schema/identity.ts';
import { audited } from '@/server/audit/audited.ts';
import { type Actor, reaches } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { newId } from '@/server/platform/new-id.ts';
import { readMember } from './get-member.ts';
import { inviteMemberInput } from './member-input.ts';
import { createMemberLink, type MemberLink } from './member-link.ts';
import type { MemberView } from './member-view.ts';

export type Invitation = MemberLink & { readonly member: MemberView };

/**
 * Makes a member who sets a password by a one-time link, which is returned here and never again: nothing is mailed. People
 * of an OIDC issuer need no invitation. Throws FORBIDDEN for a role above one's own, CONFLICT when the address is taken.
 */
export async function inviteMember(
  { database, config }: Pick<ControlDeps, 'database' | 'config'>,
  actor: Actor,
  input: z.input<typeof inviteMemberInput>,
): Promise<Invitation> {
  try {
    return await audited(database, { actor, scope: 'member:manage', action: 'member.invite' }, async (tx) => {
      const { email, name = null, role } = parseInput(inviteMemberInput, input);
      if (!reaches(actor, role)) throw new AppError('FORBIDDEN', `role: ${role} has rights that you lack`);
      const id = newId('mem');
      await tx.insert(member).values({ id, email, name, role });
      const link = await createMemberLink(tx, { memberId: id, config });
      const result = { member: await readMember(tx, actor, id), ...link };
      return { result, subject: id, detail: { email, name, role, expiresAt: link.expiresAt } };
    });
  } catch (error) {
    if (!isViolation(error, 'unique')) throw error;
    throw fieldError('CONFLICT', 'email', 'a member has this address already; give them another role or a new link', {
      cause: error,
    });
  }
}
