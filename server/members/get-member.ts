import { eq } from 'drizzle-orm';
import * as z from 'zod';
import type { Database } from '@/db/client.ts';
import { member } from '@/db/schema/identity.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { type MemberView, memberColumns, memberView } from './member-view.ts';

export const getMemberInput = z.strictObject({ id: resourceId });

/** One person. Throws NOT_FOUND. */
export async function getMember(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof getMemberInput>,
): Promise<MemberView> {
  authorize(actor, 'member:read');
  return readMember(database.db, actor, parseInput(getMemberInput, input).id);
}

/** A person by their id, inside of a transaction or not. Throws NOT_FOUND. */
export async function readMember(db: Database['db'] | Transaction, actor: Actor, id: string): Promise<MemberView> {
  const [row] = await db.select(memberColumns).from(member).where(eq(member.id, id));
  if (!row) throw new AppError('NOT_FOUND', `there is no member ${id}`);
  return memberView(row, actor);
}
