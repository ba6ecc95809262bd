import { sql } from 'drizzle-orm';
import * as z from 'zod';
import { member } from '@/db/schema/identity.ts';
import { type Actor, reaches } from '@/server/auth/actor.ts';
import { isRole, ROLES } from '@/server/auth/scopes.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { pageOf } from '@/server/paging/page.ts';

export const MEMBER_STATES = ['active', 'invited', 'disabled', 'no-role'] as const;

/** A person as every interface shows them. */
export const MemberView = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    role: z.enum(ROLES),
    roleFromGroups: z.boolean().describe('Whether the role follows the groups at the identity provider'),
    status: z
      .enum(MEMBER_STATES)
      .describe('`invited` has not signed in yet; `no-role` has no group any more that gives one'),
    signsInWith: z.enum(['password', 'oidc']).nullable().describe('Null for those who have not signed in yet'),
    lastSignInAt: z.iso.datetime().nullable(),
    sessions: z.number().int().describe('Where they are signed in now'),
    apiKeys: z.number().int().describe('Keys of theirs that are not over'),
    isYou: z.boolean(),
    mayManage: z.boolean().describe('Whether you may change or remove them'),
    version: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Member' });
export type MemberView = z.output<typeof MemberView>;

export const MemberPage = pageOf(MemberView).meta({ id: 'MemberPage' });

const fromIssuer = sql<boolean>`exists (select from member_identity known where known.member_id = member.id)`;

/** Says in SQL what `status` shows. */
export const memberState = sql<(typeof MEMBER_STATES)[number]>`case
  when member.disabled and member.without_role then 'no-role'
  when member.disabled then 'disabled'
  when member.password_hash is null and not ${fromIssuer} then 'invited'
  else 'active' end`;

/** What a view is made of. Names are written out: the counts must not look at another table's columns. */
export const memberColumns = {
  id: member.id,
  email: member.email,
  name: member.name,
  role: member.role,
  lastSignInAt: member.lastSignInAt,
  version: member.version,
  createdAt: member.createdAt,
  updatedAt: member.updatedAt,
  hasPassword: sql<boolean>`member.password_hash is not null`,
  fromIssuer,
  status: memberState,
  sessions: sql<number>`(select count(*)::int from session held
    where held.member_id = member.id and held.expires_at > now())`,
  apiKeys: sql<number>`(select count(*)::int from api_key held where held.owner_id = member.id
    and held.revoked_at is null and (held.expires_at is null or held.expires_at > now()))`,
};

export type MemberRow = Pick<
  typeof member.$inferSelect,
  'id' | 'email' | 'name' | 'role' | 'lastSignInAt' | 'version' | 'createdAt' | 'updatedAt'
> & {
  hasPassword: boolean;
  fromIssuer: boolean;
  status: MemberView['status'];
  sessions: number;
  apiKeys: number;
};

export function memberView(row: MemberRow, actor: Actor): MemberView {
  if (!isRole(row.role)) throw new AppError('INTERNAL', `the member ${row.id} has an unknown role`);
  const isYou = row.id === actor.memberId;
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    roleFromGroups: row.fromIssuer,
    status: row.status,
    signsInWith: row.fromIssuer ? 'oidc' : row.hasPassword ? 'password' : null,
    lastSignInAt: row.lastSignInAt === null ? null : new Date(row.lastSignInAt).toISOString(),
    sessions: row.sessions,
    apiKeys: row.apiKeys,
    isYou,
    mayManage: actor.scopes.has('member:manage') && reaches(actor, row.role),
    version: row.version.toString(),
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
  };
}
