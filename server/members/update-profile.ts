import { eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { member } from '@/db/schema/identity.ts';
import { audited } from '@/server/audit/audited.ts';
import { type Actor, personOf } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { requireVersion } from '@/server/platform/require-version.ts';
import { versionInput } from '@/server/platform/resource-id.ts';
import { readMember } from './get-member.ts';
import { lockMembers } from './lock-members.ts';
import { personName } from './member-input.ts';
import type { MemberView } from './member-view.ts';

export const updateProfileInput = z.strictObject({ name: personName.nullable(), version: versionInput });

/** Changes what people may change about themselves: how they are called. */
export async function updateProfile(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof updateProfileInput>,
): Promise<MemberView> {
  return audited(database, { actor, scope: 'profile:manage', action: 'member.update-profile' }, async (tx) => {
    const { name, version } = parseInput(updateProfileInput, input);
    const id = personOf(actor);
    await lockMembers(tx);
    const before = await readMember(tx, actor, id);
    requireVersion('member', BigInt(before.version), version);
    const changed = { name, version: sql`${member.version} + 1`, updatedAt: sql`now()` };
    await tx.update(member).set(changed).where(eq(member.id, id));
    const after = await readMember(tx, actor, id);
    return { result: after, subject: id, before, after };
  });
}
