import { eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { member, session } from '@/db/schema/identity.ts';
import { audited } from '@/server/audit/audited.ts';
import { type Actor, reaches } from '@/server/auth/actor.ts';
import { ROLES } from '@/server/auth/scopes.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { requireVersion } from '@/server/platform/require-version.ts';
import { resourceId, versionInput } from '@/server/platform/resource-id.ts';
import { readMember } from './get-member.ts';
import { lockMembers, requireAnotherOwner } from './lock-members.ts';
import { personName } from './member-input.ts';
import type { MemberView } from './member-view.ts';

export const updateMemberInput = z.strictObject({
  id: resourceId,
  version: versionInput,
  name: personName.nullable().optional(),
  role: z.enum(ROLES).optional(),
  disabled: z.boolean().optional(),
});

/**
 * Changes a member. Rights count from the next request on; a lower role and being disabled also end every session, and
 * keys lose what their owner lost. Throws FORBIDDEN above one's own rights, LAST_OWNER, CONFLICT where groups decide.
 */
export async function updateMember(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof updateMemberInput>,
): Promise<MemberView> {
  return audited(database, { actor, scope: 'member:manage', action: 'member.update' }, async (tx) => {
    const { id, version, ...wish } = parseInput(updateMemberInput, input);
    await lockMembers(tx);
    const before = await readMember(tx, actor, id);
    requireVersion('member', BigInt(before.version), version);
    refuse(actor, before, wish);
    const { name = before.name, role = before.role, disabled = before.status === 'disabled' } = wish;
    const losesOwner = before.role === 'owner' && (role !== 'owner' || disabled);
    if (losesOwner) await requireAnotherOwner(tx, { than: id, to: disabled ? 'disabled' : 'given another role' });
    await tx
      .update(member)
      .set({
        name,
        role,
        ...(wish.disabled === undefined ? {} : { disabled, withoutRole: false }),
        version: sql`${member.version} + 1`,
        updatedAt: sql`now()`,
      })
      .where(eq(member.id, id));
    if (disabled || ROLES.indexOf(role) < ROLES.indexOf(before.role)) {
      await tx.delete(session).where(eq(session.memberId, id));
    }
    const after = await readMember(tx, actor, id);
    return { result: after, subject: id, before, after };
  });
}

type Wish = Pick<z.output<typeof updateMemberInput>, 'role' | 'disabled'>;

function refuse(actor: Actor, before: MemberView, { role = before.role, disabled }: Wish): void {
  if (!reaches(actor, before.role)) throw new AppError('FORBIDDEN', 'this member has rights that you lack');
  if (!reaches(actor, role)) throw new AppError('FORBIDDEN', `role: ${role} has rights that you lack`);
  if (role !== before.role && before.roleFromGroups) {
    throw fieldError('CONFLICT', 'role', 'follows their groups at the identity provider; change it there');
  }
  if (disabled && before.isYou) throw fieldError('CONFLICT', 'disabled', 'you cannot disable yourself');
  if (disabled === false && before.status === 'no-role') {
    throw fieldError('CONFLICT', 'disabled', 'their groups give no role; they are back as soon as a group does');
  }
}
