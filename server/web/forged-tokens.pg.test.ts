import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { writeSignIn } from '@/server/auth/sign-in/write-sign-in.ts';
import { openSite, type Site } from './testing/open-site.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

type Token = {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  key?: KeyObject | 'none' | 'public key as secret';
};

let site: Site;
let issuer = '';
let forge: (token: Token) => Token = (token) => token;
let userinfo: (claims: Record<string, unknown>) => unknown = (claims) => claims;
let nonce = '';
const server = createServer((request, response) => {
  const claims = { iss: issuer, aud: 'philotes', sub: 'ada-1', nonce, iat: nowS(), exp: nowS() + 300 };
  const person = { sub: 'ada-1', email: 'ada@corp.com', email_verified: true, groups: ['readers'] };
  const answers: Record<string, () => unknown> = {
    '/.well-known/openid-configuration': () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/keys`,
    }),
    '/keys': () => ({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] }),
    '/token': () => ({
      access_token: 'a',
      token_type: 'Bearer',
      id_token: encode(forge({ header: { alg: 'RS256', kid: 'k' }, claims })),
    }),
    '/userinfo': () => userinfo(person),
  };
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(answers[request.url ?? '']?.() ?? {}));
});

const nowS = () => Math.floor(Date.now() / 1000);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function encode({ header, claims, key = privateKey }: Token): string {
  const text = `${part(header)}.${part(claims)}`;
  if (key === 'none') return `${text}.`;
  if (key === 'public key as secret') {
    const secret = publicKey.export({ format: 'pem', type: 'spki' });
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  }
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  site = await openSite();
  await writeSignIn(site.deps, SYSTEM_ACTOR, {
    name: 'Forger',
    issuer,
    clientId: 'philotes',
    clientSecret: 'secret',
    groupRoles: [{ group: 'readers', role: 'viewer' }],
  });
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  forge = (token) => token;
  userinfo = (claims) => claims;
});

/** A whole sign-in; where it ended. */
async function signIn(answer: Record<string, string> = {}): Promise<string | undefined> {
  const start = await site.send('/sign-in/oidc', { method: 'POST', headers: { Origin: site.origin } });
  if (start.status === 303) return start.headers.location;
  const [, onward = ''] = /url=([^"]*)"/.exec(start.text) ?? [];
  const asked = new URL(onward.replaceAll('&amp;', '&')).searchParams;
  expect(asked.get('code_challenge_method')).toBe('S256');
  nonce = asked.get('nonce') ?? '';
  const cookies = (start.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
  const query = new URLSearchParams({ code: 'c', state: asked.get('state') ?? '', ...answer });
  return (await site.send(`/api/auth/callback/oidc?${query}`, { headers: { Cookie: cookies } })).headers.location;
}

it('lets in who was really vouched for', async () => {
  expect(await signIn()).toBe('/');
  expect(await signIn({ iss: issuer })).toBe('/');
});

const claim = (claims: Record<string, unknown>) => (token: Token) => ({
  ...token,
  claims: { ...token.claims, ...claims },
});

it.each<[string, (token: Token) => Token]>([
  ['of another issuer', claim({ iss: 'https://evil.example.com' })],
  ['for another client', claim({ aud: 'another' })],
  ['for several clients without naming ours as the asker', claim({ aud: ['philotes', 'another'] })],
  ['asked for by another client', claim({ aud: ['philotes', 'another'], azp: 'another' })],
  ['of another sign-in', claim({ nonce: 'another' })],
  ['without the nonce', claim({ nonce: undefined })],
  ['that is over', claim({ exp: nowS() - 3_600 })],
  ['that never ends', claim({ exp: undefined })],
  ['from the future', claim({ iat: nowS() + 3_600, nbf: nowS() + 3_600 })],
  ['about nobody', claim({ sub: undefined })],
  ['signed by a stranger', (token) => ({ ...token, key: stranger })],
  ['not signed', (token) => ({ ...token, header: { alg: 'none' }, key: 'none' })],
  [
    'signed with the public key as a secret',
    (token) => ({ ...token, header: { alg: 'HS256', kid: 'k' }, key: 'public key as secret' }),
  ],
  ['that says another algorithm', (token) => ({ ...token, header: { alg: 'PS256', kid: 'k' } })],
])('refuses a token %s', async (_name, forgery) => {
  forge = forgery;
  expect(await signIn()).toBe('/sign-in?problem=issuer');
});

it('refuses userinfo about somebody else, and an answer of another issuer', async () => {
  userinfo = (claims) => ({ ...claims, sub: 'boss' });
  expect(await signIn()).toBe('/sign-in?problem=issuer');
  userinfo = (claims) => claims;
  expect(await signIn({ iss: 'https://evil.example.com' })).toBe('/sign-in?problem=issuer');
  expect(await signIn({ error: 'access_denied' })).toBe('/sign-in?problem=issuer');
});

it('says so when somebody is in more groups than are told', async () => {
  userinfo = ({ groups: _, ...claims }) => ({ ...claims, _claim_names: { groups: 'src1' } });
  expect(await signIn()).toBe('/sign-in?problem=groups-overage');
});
