import * as z from 'zod';
import { audited } from '@/server/audit/audited.ts';
import { type Actor, reaches } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { readMember } from './get-member.ts';
import type { Invitation } from './invite-member.ts';
import { lockMembers } from './lock-members.ts';
import { createMemberLink } from './member-link.ts';

export const renewMemberLinkInput = z.strictObject({ id: resourceId });

/**
 * Makes another one-time link for somebody who lost theirs, or their password. The old password holds until the link is
 * used. Throws CONFLICT for people of an OIDC issuer, who have no password here.
 */
export async function renewMemberLink(
  { database, config }: Pick<ControlDeps, 'database' | 'config'>,
  actor: Actor,
  input: z.input<typeof renewMemberLinkInput>,
): Promise<Invitation> {
  return audited(database, { actor, scope: 'member:manage', action: 'member.renew-link' }, async (tx) => {
    const { id } = parseInput(renewMemberLinkInput, input);
    await lockMembers(tx);
    const member = await readMember(tx, actor, id);
    if (!reaches(actor, member.role)) throw new AppError('FORBIDDEN', 'this member has rights that you lack');
    if (member.signsInWith === 'oidc') {
      throw new AppError('CONFLICT', 'this member signs in at the identity provider and has no password here');
    }
    const link = await createMemberLink(tx, { memberId: id, config });
    return { result: { member, ...link }, subject: id, detail: { expiresAt: link.expiresAt } };
  });
}
