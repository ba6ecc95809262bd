import { and, eq, or, sql } from 'drizzle-orm';
import * as z from 'zod';
import { member } from '@/db/schema/identity.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import { ROLES } from '@/server/auth/scopes.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { keyset } from '@/server/paging/keyset.ts';
import { matches } from '@/server/paging/matches.ts';
import { type Page, pageInput, searchInput } from '@/server/paging/page.ts';
import { MEMBER_STATES, type MemberView, memberColumns, memberState, memberView } from './member-view.ts';

export const listMembersInput = z.strictObject({
  ...pageInput(['email', '-email', 'createdAt', '-createdAt', 'lastSignInAt', '-lastSignInAt']),
  search: searchInput,
  role: z.enum(ROLES).optional(),
  status: z.enum(MEMBER_STATES).optional(),
});

/** A page of the people who may, might or may no longer sign in. */
export async function listMembers(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof listMembersInput> = {},
): Promise<Page<MemberView>> {
  authorize(actor, 'member:read');
  const page = parseInput(listMembersInput, input);
  const keys = keyset({
    sorts: {
      email: { by: sql`${member.email}`, type: 'text' },
      createdAt: { by: sql`${member.createdAt}`, type: 'timestamptz' },
      lastSignInAt: { by: sql`coalesce(${member.lastSignInAt}, to_timestamp(0))`, type: 'timestamptz' },
    },
    id: { by: sql`${member.id}`, type: 'text' },
    page,
  });
  const found = and(
    or(matches(member.email, page.search), matches(member.name, page.search)),
    page.role === undefined ? undefined : eq(member.role, page.role),
    page.status === undefined ? undefined : sql`${memberState} = ${page.status}`,
  );
  const rows = await database.db
    .select({ ...memberColumns, key: keys.key })
    .from(member)
    .where(and(found, keys.where))
    .orderBy(keys.orderBy)
    .limit(keys.limit);
  return keys.toPage(rows, (row) => memberView(row, actor), await database.db.$count(member, found));
}
