import { expect, it } from 'vitest';
import { openDatabase } from '@/db/client.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { memberActor, SYSTEM_ACTOR } from './actor.ts';
import { createApiKey } from './create-api-key.ts';
import { ensureOwner } from './ensure-owner.ts';
import { getApiKey } from './get-api-key.ts';
import { listApiKeys } from './list-api-keys.ts';
import { renameApiKey } from './rename-api-key.ts';
import { revokeApiKey } from './revoke-api-key.ts';
import { endSession, verifySession } from './sessions.ts';
import { signIn } from './sign-in.ts';
import { verifyApiKey } from './verify-api-key.ts';

const OWNER = { ownerEmail: 'Owner@example.com', ownerPassword: 'correct horse battery' };
const address = '203.0.113.7';
const userAgent = 'Test/1.0';

async function openAuth() {
  const test = await openTestDatabase({ migrated: true });
  const database = openDatabase(test.url);
  await ensureOwner({ database }, OWNER);
  const [owner] = await test.query<{ id: string }>('select id from member');
  return {
    database,
    query: test.query,
    ownerId: owner?.id ?? '',
    async [Symbol.asyncDispose]() {
      await database.close();
      await test[Symbol.asyncDispose]();
    },
  };
}

it('makes the first owner once and signs in with the password only', async () => {
  await using auth = await openAuth();
  expect(await ensureOwner(auth, { ...OWNER, ownerPassword: 'another password' })).toBe('exists');
  const attempt = { email: 'owner@example.com', password: OWNER.ownerPassword, address, userAgent };
  const { token } = await signIn(auth, attempt);
  expect(await verifySession(auth.database.pool, { token, address })).toMatchObject({
    role: 'owner',
    actor: { name: `member:${auth.ownerId}` },
  });
  await expect(signIn(auth, { ...attempt, password: 'wrong' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect(signIn(auth, { ...attempt, email: 'x@example.com' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  const rows = await auth.query('select session::text from session');
  expect(JSON.stringify(rows)).not.toContain(token);
  await endSession(auth.database.pool, token);
  expect(await verifySession(auth.database.pool, { token, address })).toBeNull();
});

it('ends every session of a member who is disabled', async () => {
  await using auth = await openAuth();
  const { token } = await signIn(auth, {
    email: 'owner@example.com',
    password: OWNER.ownerPassword,
    address,
    userAgent,
  });
  await auth.query('update member set disabled = true');
  expect(await verifySession(auth.database.pool, { token, address })).toBeNull();
});

it('throttles an account before it hashes', async () => {
  await using auth = await openAuth();
  await auth.query(`insert into rate_limit (key, attempts) values ('sign-in:owner@example.com', 10)`);
  const attempt = signIn(auth, { email: 'owner@example.com', password: OWNER.ownerPassword, address, userAgent });
  await expect(attempt).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterS: expect.any(Number) });
});

it('counts only guesses against an account: whoever signs in often is not kept out', async () => {
  await using auth = await openAuth();
  const attempt = (password: string) => signIn(auth, { email: 'owner@example.com', password, address, userAgent });
  for (let n = 0; n < 9; n++) await expect(attempt('a guess')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  for (let n = 0; n < 3; n++) await attempt(OWNER.ownerPassword);
  for (let n = 0; n < 10; n++) await expect(attempt('a guess')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect(attempt(OWNER.ownerPassword)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
});

it('gives a key no more than its own rights and what its owner may still do', async () => {
  await using auth = await openAuth();
  const owner = memberActor({ id: auth.ownerId, role: 'owner' }, address);
  const wish = { name: 'spark', scopes: ['catalog:read', 'catalog:write'] } as const;
  const { id, token } = await createApiKey(auth, owner, { ...wish, scopes: [...wish.scopes] });
  const scopesNow = async () => [...((await verifyApiKey(auth, { token, address }))?.scopes ?? [])];
  expect(await scopesNow()).toEqual(['catalog:read', 'catalog:write']);
  await auth.query(`update member set role = 'viewer'`);
  expect(await scopesNow()).toEqual(['catalog:read']);
  expect(await verifyApiKey(auth, { token: `${token.slice(0, -1)}x`, address })).toBeNull();
  expect(JSON.stringify(await auth.query('select api_key::text from api_key'))).not.toContain(token.slice(30));
  await revokeApiKey(auth, owner, { id });
  expect(await verifyApiKey(auth, { token, address })).toBeNull();
});

it('is worth nothing past its day and while its owner is disabled', async () => {
  await using auth = await openAuth();
  const owner = memberActor({ id: auth.ownerId, role: 'owner' }, address);
  const wish = { name: 'nightly', scopes: ['catalog:read' as const] };
  await expect(createApiKey(auth, owner, { ...wish, expiresAt: '2020-01-01T00:00:00Z' })).rejects.toThrow(/future/);
  const { id, token } = await createApiKey(auth, owner, { ...wish, expiresAt: '2999-01-01T00:00:00Z' });
  expect(await verifyApiKey(auth, { token, address })).not.toBeNull();
  await auth.query(`update api_key set expires_at = now() - interval '1 second'`);
  expect(await verifyApiKey(auth, { token, address })).toBeNull();
  expect(await getApiKey(auth, owner, { id })).toMatchObject({ state: 'expired', effectiveScopes: [] });
  await auth.query(`update api_key set expires_at = null`);
  await auth.query(`update member set disabled = true`);
  expect(await verifyApiKey(auth, { token, address })).toBeNull();
  expect(await getApiKey(auth, owner, { id })).toMatchObject({ state: 'owner-disabled' });
});

it('shows keys with their last use and without their secret', async () => {
  await using auth = await openAuth();
  const owner = memberActor({ id: auth.ownerId, role: 'owner' }, address);
  const { id, token, key } = await createApiKey(auth, owner, { name: 'spark', scopes: ['catalog:read'] });
  expect(key).toMatchObject({ state: 'active', lastUsedAt: null, owner: { id: auth.ownerId } });
  expect(token.startsWith(key.prefix)).toBe(true);
  await verifyApiKey(auth, { token, address });
  await renameApiKey(auth, owner, { id, name: 'trino' });
  const { items } = await listApiKeys(auth, owner, { state: 'active', search: 'RIN' });
  expect(items).toMatchObject([{ id, name: 'trino', lastUsedFrom: address, lastUsedAt: expect.any(String) }]);
  expect(JSON.stringify(items)).not.toContain(token.slice(26));
  const [written] = await auth.query<{ at: Date }>('select last_used_at as at from api_key');
  await verifyApiKey(auth, { token, address });
  expect(await auth.query('select last_used_at as at from api_key')).toEqual([written]);
});

it('refuses keys with rights that their maker lacks, and keys that make keys', async () => {
  await using auth = await openAuth();
  const admin = memberActor({ id: auth.ownerId, role: 'admin' }, address);
  const wish = createApiKey(auth, admin, { name: 'x', scopes: ['settings:manage'] });
  await expect(wish).rejects.toMatchObject({ code: 'FORBIDDEN' });
  const operator = memberActor({ id: auth.ownerId, role: 'operator' }, address);
  const other = createApiKey(auth, operator, { name: 'x', scopes: ['catalog:read'] });
  await expect(other).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(createApiKey(auth, SYSTEM_ACTOR, { name: 'x', scopes: ['catalog:read'] })).rejects.toThrow(/ownerId/);
  const { token } = await createApiKey(auth, admin, { name: 'y', scopes: ['api-key:manage', 'catalog:read'] });
  const key = await verifyApiKey(auth, { token, address });
  if (!key) throw new Error('the key does not work');
  await expect(createApiKey(auth, key, { name: 'z', scopes: ['catalog:read'] })).rejects.toThrow(/cannot make keys/);
  const refused = await auth.query(`select action from audit_entry where action = 'api-key.create.refused'`);
  expect(refused).toHaveLength(3);
});

it('stops an address that guesses keys, and no key that is right', async () => {
  await using auth = await openAuth();
  const owner = memberActor({ id: auth.ownerId, role: 'owner' }, address);
  const { token } = await createApiKey(auth, owner, { name: 'x', scopes: ['catalog:read'] });
  const guess = () => verifyApiKey(auth, { token: `phl_${'0'.repeat(20)}_${'A'.repeat(43)}abcdef`, address });
  for (let n = 0; n < 50; n++) expect(await guess()).toBeNull();
  await expect(guess()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  expect(await verifyApiKey(auth, { token, address })).not.toBeNull();
});
