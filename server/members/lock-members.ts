import { and, eq, ne, sql } from 'drizzle-orm';
import { member } from '@/db/schema/identity.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { memberState } from './member-view.ts';

/** Arbitrary, and ours. */
const MEMBERS_LOCK = 7_315_449_003;

/**
 * Changes to members happen one after the other, so that two owners who remove each other at the same moment do not leave
 * nobody. Held to the end of the transaction.
 */
export async function lockMembers(tx: Transaction): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${MEMBERS_LOCK})`);
}

/** Throws LAST_OWNER when nobody else could sign in as an owner. Call it under `lockMembers`. */
export async function requireAnotherOwner(tx: Transaction, { than, to }: { than: string; to: string }): Promise<void> {
  const others = and(eq(member.role, 'owner'), ne(member.id, than), sql`${memberState} = 'active'`);
  if ((await tx.$count(member, others)) === 0) throw new AppError('LAST_OWNER', `the last owner cannot be ${to}`);
}
