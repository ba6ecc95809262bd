import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { openDatabase } from '@/db/client.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { type Actor, memberActor, SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createApiKey } from '@/server/auth/create-api-key.ts';
import { endOtherSessions, endOwnSession } from '@/server/auth/end-sessions.ts';
import { ensureOwner } from '@/server/auth/ensure-owner.ts';
import { listSessions } from '@/server/auth/list-sessions.ts';
import type { Role } from '@/server/auth/scopes.ts';
import { verifySession } from '@/server/auth/sessions.ts';
import { signIn } from '@/server/auth/sign-in.ts';
import { verifyApiKey } from '@/server/auth/verify-api-key.ts';
import { loadConfig } from '@/server/config/config.ts';
import { acceptLink } from './accept-link.ts';
import { changePassword } from './change-password.ts';
import { getMember } from './get-member.ts';
import { getProfile } from './get-profile.ts';
import { inviteMember } from './invite-member.ts';
import { listMembers } from './list-members.ts';
import { removeMember } from './remove-member.ts';
import { renewMemberLink } from './renew-link.ts';
import { resetOwner } from './reset-owner.ts';
import { updateMember } from './update-member.ts';
import { updateProfile } from './update-profile.ts';

const PASSWORD = 'correct horse battery';
const visitor = { address: '203.0.113.7', userAgent: 'Test/1.0' };

async function openMembers() {
  const test = await openTestDatabase({ migrated: true });
  const database = openDatabase(test.url);
  const { config } = loadConfig({
    DATABASE_URL: test.url,
    REDIS_URL: 'redis://127.0.0.1:1',
    PHILOTES_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    PHILOTES_SESSION_SECRET: 's'.repeat(32),
    PHILOTES_INTERNAL_KEY: 'i'.repeat(32),
  });
  const deps = { database, config };
  await ensureOwner(deps, { ownerEmail: 'owner@example.com', ownerPassword: PASSWORD });
  const [owner] = await test.query<{ id: string }>('select id from member');
  const ownerId = owner?.id ?? '';
  return {
    deps,
    query: test.query,
    ownerId,
    owner: memberActor({ id: ownerId, role: 'owner' }, visitor.address),
    /** Somebody who has signed in by their invitation. */
    async join(email: string, role: Role): Promise<{ id: string; actor: Actor; token: string }> {
      const { member, link } = await inviteMember(deps, SYSTEM_ACTOR, { email, role });
      const { token } = await acceptLink(deps, { token: tokenOf(link), password: PASSWORD, ...visitor });
      const signedIn = await verifySession(database.pool, { token, address: visitor.address });
      if (!signedIn) throw new Error('the invitation did not sign in');
      return { id: member.id, actor: signedIn.actor, token };
    },
    async [Symbol.asyncDispose]() {
      await database.close();
      await test[Symbol.asyncDispose]();
    },
  };
}

const tokenOf = (link: string): string => new URL(link).searchParams.get('token') ?? '';
const signedIn = (deps: Awaited<ReturnType<typeof openMembers>>['deps'], token: string) =>
  verifySession(deps.database.pool, { token, address: null });

it('invites with a link that works once, until it is too old, and is stored hashed', async () => {
  await using site = await openMembers();
  const { deps, owner } = site;
  const { member, link } = await inviteMember(deps, owner, { email: ' Ada@Example.com ', role: 'operator' });
  expect(member).toMatchObject({ email: 'ada@example.com', role: 'operator', status: 'invited', signsInWith: null });
  const dump = JSON.stringify(await site.query('select member_link::text from member_link'));
  expect(dump).not.toContain(tokenOf(link));
  const token = tokenOf(link);
  await expect(acceptLink(deps, { token, password: 'short', ...visitor })).rejects.toThrow(/password: .*12 characters/);
  const session = await acceptLink(deps, { token, password: PASSWORD, ...visitor });
  expect(await signedIn(deps, session.token)).toMatchObject({ role: 'operator', email: 'ada@example.com' });
  await expect(acceptLink(deps, { token, password: PASSWORD, ...visitor })).rejects.toMatchObject({
    code: 'LINK_INVALID',
  });
  const again = await renewMemberLink(deps, owner, { id: member.id });
  await site.query(`update member_link set expires_at = now() - interval '1 second'`);
  const late = acceptLink(deps, { token: tokenOf(again.link), password: PASSWORD, ...visitor });
  await expect(late).rejects.toMatchObject({ code: 'LINK_INVALID' });
  expect(await getMember(deps, owner, { id: member.id })).toMatchObject({ status: 'active', sessions: 1 });
});

it('takes an address once, whatever its case', async () => {
  await using site = await openMembers();
  const wish = inviteMember(site.deps, site.owner, { email: 'OWNER@example.com', role: 'viewer' });
  await expect(wish).rejects.toMatchObject({ code: 'CONFLICT', fields: [{ field: 'email' }] });
});

it('lets nobody grant, change or remove above their own rights', async () => {
  await using site = await openMembers();
  const { deps } = site;
  const admin = await site.join('admin@example.com', 'admin');
  const viewer = await site.join('viewer@example.com', 'viewer');
  const forbidden = { code: 'FORBIDDEN' };
  await expect(inviteMember(deps, admin.actor, { email: 'x@example.com', role: 'owner' })).rejects.toMatchObject(
    forbidden,
  );
  await expect(updateMember(deps, admin.actor, { id: admin.id, role: 'owner' })).rejects.toMatchObject(forbidden);
  await expect(updateMember(deps, admin.actor, { id: site.ownerId, disabled: true })).rejects.toMatchObject(forbidden);
  await expect(removeMember(deps, admin.actor, { id: site.ownerId })).rejects.toMatchObject(forbidden);
  await expect(renewMemberLink(deps, admin.actor, { id: site.ownerId })).rejects.toMatchObject(forbidden);
  await expect(updateMember(deps, viewer.actor, { id: viewer.id, role: 'admin' })).rejects.toMatchObject(forbidden);
  const extra = { id: viewer.id, email: 'evil@example.com' } as Parameters<typeof updateMember>[2];
  await expect(updateMember(deps, admin.actor, extra)).rejects.toThrow(/email/);
  expect(await updateMember(deps, admin.actor, { id: viewer.id, role: 'operator' })).toMatchObject({
    role: 'operator',
  });
  const { key, token } = await createApiKey(deps, site.owner, { name: 'people', scopes: ['member:manage'] });
  expect(key.state).toBe('active');
  const robot = await verifyApiKey(deps, { token, address: null });
  if (!robot) throw new Error('the key does not work');
  await expect(inviteMember(deps, robot, { email: 'x@example.com', role: 'viewer' })).rejects.toMatchObject(forbidden);
  expect(await site.query(`select from audit_entry where action like '%.refused'`)).toHaveLength(7);
});

it('never leaves the installation without an owner, not even when two remove each other at once', async () => {
  await using site = await openMembers();
  const { deps } = site;
  const last = { code: 'LAST_OWNER' };
  await expect(updateMember(deps, site.owner, { id: site.ownerId, role: 'admin' })).rejects.toMatchObject(last);
  await inviteMember(deps, site.owner, { email: 'not-yet@example.com', role: 'owner' });
  await expect(updateMember(deps, SYSTEM_ACTOR, { id: site.ownerId, disabled: true })).rejects.toMatchObject(last);
  const other = await site.join('second@example.com', 'owner');
  const both = await Promise.allSettled([
    removeMember(deps, site.owner, { id: other.id }),
    updateMember(deps, other.actor, { id: site.ownerId, role: 'viewer' }),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const owners = await site.query(`select from member where role = 'owner' and password_hash is not null`);
  expect(owners).toHaveLength(1);
});

it('ends sessions at once when a member is demoted, disabled or removed, and keys with them', async () => {
  await using site = await openMembers();
  const { deps, owner } = site;
  const ada = await site.join('ada@example.com', 'admin');
  const { token: key } = await createApiKey(deps, ada.actor, { name: 'hers', scopes: ['audit:read', 'source:read'] });
  const rights = async () => [...((await verifyApiKey(deps, { token: key, address: null }))?.scopes ?? [])];
  await updateMember(deps, owner, { id: ada.id, role: 'viewer' });
  expect(await signedIn(deps, ada.token)).toBeNull();
  expect(await rights()).toEqual(['source:read']);
  const credentials = { email: 'ada@example.com', password: PASSWORD, ...visitor };
  const second = await signIn(deps, credentials);
  await updateMember(deps, owner, { id: ada.id, disabled: true });
  expect(await signedIn(deps, second.token)).toBeNull();
  expect(await rights()).toEqual([]);
  await expect(signIn(deps, credentials)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await updateMember(deps, owner, { id: ada.id, disabled: false });
  const third = await signIn(deps, credentials);
  await removeMember(deps, owner, { id: ada.id });
  expect(await signedIn(deps, third.token)).toBeNull();
  expect(await rights()).toEqual([]);
});

it('refuses a change made on an older version, and changing oneself away', async () => {
  await using site = await openMembers();
  const ada = await site.join('ada@example.com', 'owner');
  const { version } = await getMember(site.deps, ada.actor, { id: site.ownerId });
  await updateMember(site.deps, ada.actor, { id: site.ownerId, version, name: 'Grace' });
  const stale = updateMember(site.deps, ada.actor, { id: site.ownerId, version, name: 'Hopper' });
  await expect(stale).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
  const self = { code: 'CONFLICT' };
  await expect(updateMember(site.deps, ada.actor, { id: ada.id, disabled: true })).rejects.toMatchObject(self);
  await expect(removeMember(site.deps, ada.actor, { id: ada.id })).rejects.toMatchObject(self);
});

it('pages, searches and filters members', async () => {
  await using site = await openMembers();
  const { deps, owner } = site;
  for (const name of ['ada', 'bob', 'cleo']) {
    await inviteMember(deps, owner, { email: `${name}@example.com`, name: `${name} %`, role: 'viewer' });
  }
  const first = await listMembers(deps, owner, { limit: 2 });
  const rest = await listMembers(deps, owner, { limit: 2, cursor: first.nextCursor ?? '' });
  const emails = [...first.items, ...rest.items].map(({ email }) => email.split('@')[0]);
  expect([emails, first.total, rest.nextCursor]).toEqual([['ada', 'bob', 'cleo', 'owner'], 4, null]);
  expect((await listMembers(deps, owner, { search: 'BOB %' })).items).toHaveLength(1);
  expect((await listMembers(deps, owner, { status: 'active' })).items).toMatchObject([{ isYou: true }]);
  expect(JSON.stringify(await listMembers(deps, owner))).not.toMatch(/scrypt|password_hash|passwordHash/);
});

it('changes a password for who knows it, and signs out everywhere else', async () => {
  await using site = await openMembers();
  const ada = await site.join('ada@example.com', 'viewer');
  const elsewhere = await signIn(site.deps, { email: 'ada@example.com', password: PASSWORD, ...visitor });
  const next = 'a different battery';
  await expect(changePassword(site.deps, ada.actor, { current: 'wrong', next })).rejects.toThrow(/current: /);
  await changePassword(site.deps, ada.actor, { current: PASSWORD, next });
  expect(await signedIn(site.deps, ada.token)).not.toBeNull();
  expect(await signedIn(site.deps, elsewhere.token)).toBeNull();
  await signIn(site.deps, { email: 'ada@example.com', password: next, ...visitor });
  const { items } = await listSessions(site.deps, ada.actor);
  expect(items.map(({ current, method }) => [current, method]).sort()).toEqual([
    [false, 'password'],
    [true, 'link'],
  ]);
  expect(await endOtherSessions(site.deps, ada.actor)).toEqual({ ended: 1 });
  const { session } = await getProfile(site.deps, ada.actor);
  const foreign = endOwnSession(site.deps, site.owner, { id: session?.id ?? '' });
  await expect(foreign).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await updateProfile(site.deps, ada.actor, { name: 'Ada' })).toMatchObject({ name: 'Ada', isYou: true });
  await endOwnSession(site.deps, ada.actor, { id: session?.id ?? '' });
  expect(await signedIn(site.deps, ada.token)).toBeNull();
});

it('lets the host back in: a disabled owner, or a new one', async () => {
  await using site = await openMembers();
  const { deps } = site;
  await site.query(`update member set disabled = true, role = 'viewer'`);
  const named = await resetOwner(deps, SYSTEM_ACTOR, { email: 'OWNER@example.com' });
  expect(named).toMatchObject({ memberId: site.ownerId, created: false });
  const { token } = await acceptLink(deps, { token: tokenOf(named.link), password: PASSWORD, ...visitor });
  expect(await signedIn(deps, token)).toMatchObject({ role: 'owner' });
  const unnamed = await resetOwner(deps, SYSTEM_ACTOR);
  expect([unnamed.memberId, await signedIn(deps, token)]).toEqual([site.ownerId, null]);
  expect(await resetOwner(deps, SYSTEM_ACTOR, { email: 'new@example.com' })).toMatchObject({ created: true });
  await expect(resetOwner(deps, site.owner)).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
