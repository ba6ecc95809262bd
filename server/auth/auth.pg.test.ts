import { expect, it } from 'vitest';
import { openDatabase } from '@/db/client.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { memberActor, SYSTEM_ACTOR } from './actor.ts';
import { createApiKey, listApiKeys, revokeApiKey, verifyApiKey } from './api-keys.ts';
import { ensureOwner } from './ensure-owner.ts';
import { endSession, verifySession } from './sessions.ts';
import { signIn } from './sign-in.ts';

const OWNER = { ownerEmail: 'Owner@example.com', ownerPassword: 'correct horse battery' };
const address = '203.0.113.7';

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
  const attempt = { email: 'owner@example.com', password: OWNER.ownerPassword, address };
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
  const { token } = await signIn(auth, { email: 'owner@example.com', password: OWNER.ownerPassword, address });
  await auth.query('update member set disabled = true');
  expect(await verifySession(auth.database.pool, { token, address })).toBeNull();
});

it('throttles an account before it hashes', async () => {
  await using auth = await openAuth();
  await auth.query(`insert into rate_limit (key, attempts) values ('sign-in:owner@example.com', 10)`);
  const attempt = signIn(auth, { email: 'owner@example.com', password: OWNER.ownerPassword, address });
  await expect(attempt).rejects.toMatchObject({ code: 'RATE_LIMITED' });
});

it('gives a key no more than its own rights and what its owner may still do', async () => {
  await using auth = await openAuth();
  const owner = memberActor({ id: auth.ownerId, role: 'owner' }, address);
  const { id, token } = await createApiKey(auth, owner, { name: 'spark', scopes: ['catalog:read', 'catalog:write'] });
  const scopesNow = async () => [...((await verifyApiKey(auth, { token, address }))?.scopes ?? [])];
  expect(await scopesNow()).toEqual(['catalog:read', 'catalog:write']);
  await auth.query(`update member set role = 'viewer'`);
  expect(await scopesNow()).toEqual(['catalog:read']);
  expect(await verifyApiKey(auth, { token: `${token.slice(0, -1)}x`, address })).toBeNull();
  expect(JSON.stringify(await auth.query('select api_key::text from api_key'))).not.toContain(token.slice(30));
  await revokeApiKey(auth, owner, { id });
  expect(await verifyApiKey(auth, { token, address })).toBeNull();
  expect(await listApiKeys(auth, owner)).toEqual([]);
});

it('refuses keys with rights that their maker lacks', async () => {
  await using auth = await openAuth();
  const admin = memberActor({ id: auth.ownerId, role: 'admin' }, address);
  const wish = createApiKey(auth, admin, { name: 'x', scopes: ['member:manage'] });
  await expect(wish).rejects.toMatchObject({ code: 'FORBIDDEN' });
  const operator = memberActor({ id: auth.ownerId, role: 'operator' }, address);
  const other = createApiKey(auth, operator, { name: 'x', scopes: ['catalog:read'] });
  await expect(other).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(createApiKey(auth, SYSTEM_ACTOR, { name: 'x', scopes: ['catalog:read'] })).rejects.toThrow(/ownerId/);
});
