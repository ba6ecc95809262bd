import { eq } from 'drizzle-orm';
import * as z from 'zod';
import { member } from '@/db/schema/identity.ts';
import { audited } from '@/server/audit/audited.ts';
import { type Actor, reaches } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { requireVersion } from '@/server/platform/require-version.ts';
import { resourceId, versionInput } from '@/server/platform/resource-id.ts';
import { readMember } from './get-member.ts';
import { lockMembers, requireAnotherOwner } from './lock-members.ts';

export const removeMemberInput = z.strictObject({ id: resourceId, version: versionInput });

/**
 * Removes a member with their sessions and API keys; what they did stays in the audit log. Throws FORBIDDEN above one's own
 * rights, LAST_OWNER, CONFLICT for oneself.
 */
export async function removeMember(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof removeMemberInput>,
): Promise<void> {
  await audited(database, { actor, scope: 'member:manage', action: 'member.remove' }, async (tx) => {
    const { id, version } = parseInput(removeMemberInput, input);
    await lockMembers(tx);
    const before = await readMember(tx, actor, id);
    requireVersion('member', BigInt(before.version), version);
    if (!reaches(actor, before.role)) throw new AppError('FORBIDDEN', 'this member has rights that you lack');
    if (before.isYou) throw new AppError('CONFLICT', 'you cannot remove yourself');
    if (before.role === 'owner') await requireAnotherOwner(tx, { than: id, to: 'removed' });
    await tx.delete(member).where(eq(member.id, id));
    const { email, name, role, apiKeys } = before;
    return { result: undefined, subject: id, detail: { email, name, role, apiKeys } };
  });
}
