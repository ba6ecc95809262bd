import { eq } from 'drizzle-orm';
import * as z from 'zod';
import { session } from '@/db/schema/identity.ts';
import { type Actor, authorize, personOf } from '@/server/auth/actor.ts';
import { SCOPES, type Scope } from '@/server/auth/scopes.ts';
import { SessionView, sessionColumns, sessionView } from '@/server/auth/session-view.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { readMember } from './get-member.ts';
import { MemberView } from './member-view.ts';

/** Oneself. */
export const ProfileView = z
  .object({
    member: MemberView,
    scopes: z.array(z.enum(SCOPES)),
    session: SessionView.nullable().describe('The one that asks'),
    passwordSignIn: z.boolean().describe('Whether there is a password that could be changed'),
  })
  .meta({ id: 'Profile' });
export type ProfileView = z.output<typeof ProfileView>;

/** The person who asks. Throws FORBIDDEN for API keys. */
export async function getProfile({ database }: Pick<ControlDeps, 'database'>, actor: Actor): Promise<ProfileView> {
  authorize(actor, 'profile:manage');
  const member = await readMember(database.db, actor, personOf(actor));
  const [present] = await database.db
    .select(sessionColumns)
    .from(session)
    .where(eq(session.id, actor.sessionId ?? ''));
  const scopes: Scope[] = [...actor.scopes];
  return {
    member,
    scopes,
    session: present ? sessionView(present, actor) : null,
    passwordSignIn: member.signsInWith === 'password',
  };
}
