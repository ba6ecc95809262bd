import { randomBytes } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '@/db/client.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { createRateLimit } from '@/server/api/rate-limit.ts';
import { memberActor } from '@/server/auth/actor.ts';
import { createApiKey } from '@/server/auth/create-api-key.ts';
import { ensureOwner } from '@/server/auth/ensure-owner.ts';
import { createCatalogHandler } from '@/server/catalog/catalog-handler.ts';
import { loadConfig } from '@/server/config/config.ts';
import { createEventHub } from '@/server/events/event-hub.ts';
import { silentLog } from '@/server/platform/logger.ts';
import { silentNudge } from '@/server/queue/nudge.ts';
import { createSealer } from '@/server/secrets/seal.ts';
import { catalogCallerOf } from './authenticate.ts';
import { CATALOG_PATH, createFrontDoor } from './front-door.ts';
import { openQueueBoard } from './queue-board.ts';
import { createSignInDesk } from './sign-in-desk.ts';

const PASSWORD = 'correct horse battery';
const INTERNAL_KEY = 'i'.repeat(40);

let site: Awaited<ReturnType<typeof openSite>>;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site[Symbol.asyncDispose]());

/** A real front door over a real database; the console is one line, so that no build is needed. */
async function openSite() {
  const test = await openTestDatabase({ migrated: true });
  const server = createServer((request, response) => void door(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { config, secrets } = loadConfig({
    DATABASE_URL: test.url,
    REDIS_URL: 'redis://127.0.0.1:1',
    PHILOTES_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    PHILOTES_SESSION_SECRET: 's'.repeat(32),
    PHILOTES_INTERNAL_KEY: INTERNAL_KEY,
    PHILOTES_PORT: String(port),
  });
  const database = openDatabase(test.url);
  await ensureOwner({ database }, { ownerEmail: 'owner@example.com', ownerPassword: PASSWORD });
  const sealer = createSealer(secrets.encryptionKey);
  const deps = { database, sealer, config, log: silentLog, nudge: silentNudge };
  const events = createEventHub(deps);
  const board = openQueueBoard(secrets.redisUrl, silentLog);
  const door = createFrontDoor({
    deps,
    catalog: createCatalogHandler({
      pool: database.pool,
      findWarehouse: async () => null,
      authorize: (request) => catalogCallerOf({ database, secrets }, request),
      log: silentLog,
      basePath: CATALOG_PATH,
    }),
    pages: async (_request, response) => void response.end('console'),
    limitCalls: createRateLimit(database.pool),
    events,
    board,
    desk: createSignInDesk(deps, secrets),
    internalKey: INTERNAL_KEY,
  });
  return {
    port,
    database,
    origin: `http://127.0.0.1:${port}`,
    query: test.query,
    async [Symbol.asyncDispose]() {
      events.close();
      await board[Symbol.asyncDispose]();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await database.close();
      await test[Symbol.asyncDispose]();
    },
  };
}

type Sent = { method?: string; headers?: Record<string, string>; body?: string };
type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

/** Sends exactly this: `fetch` would forbid some headers and tidy the path. */
const send = (path: string, { method = 'GET', headers = {}, body = '' }: Sent = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = httpRequest({ port: site.port, host: '127.0.0.1', path, method, headers }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
    });
    request.on('error', reject);
    request.end(body);
  });

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

async function signInCookie(): Promise<string> {
  const body = new URLSearchParams({ email: 'owner@example.com', password: PASSWORD }).toString();
  const answer = await send('/sign-in', { method: 'POST', headers: { Origin: site.origin }, body });
  expect([answer.status, answer.headers.location]).toEqual([303, '/']);
  const cookie = answer.headers['set-cookie']?.[0] ?? '';
  expect(cookie).toMatch(/; HttpOnly; SameSite=Lax/);
  return cookie.split(';')[0] ?? '';
}

it('lets a page go on with its events by the address, which is all that it can set', async () => {
  const follow = async (query: string) =>
    (await send(`/api/v1/events${query}`, { method: 'HEAD', headers: { Cookie: await signInCookie() } })).status;
  expect(await follow('?lastEventId=0f4c-12')).toBe(200);
  expect(await follow('?lastEvent=0f4c-12')).toBe(400);
});

it('answers to its own names only', async () => {
  expect((await send('/', { headers: { Host: 'evil.example.com' } })).status).toBe(421);
  expect((await send('/sign-in', { headers: { Host: `localhost:${site.port}` } })).status).toBe(200);
});

it('refuses malformed paths and odd methods', async () => {
  expect((await send('/%zz')).status).toBe(400);
  expect((await send('/', { method: 'TRACE' })).status).toBe(405);
  expect((await send('//evil.example.com/x')).status).toBe(400);
});

it('sends every page with a nonce of its own and no page to strangers', async () => {
  const nonces = await Promise.all(
    [1, 2].map(
      async () => /'nonce-([^']+)'/.exec(String((await send('/sign-in')).headers['content-security-policy']))?.[1],
    ),
  );
  expect(nonces[0]).toBeTruthy();
  expect(nonces[0]).not.toBe(nonces[1]);
  const stranger = await send('/pipelines/pl_1');
  expect([stranger.status, stranger.headers.location]).toEqual([303, '/sign-in?callbackUrl=%2Fpipelines%2Fpl_1']);
});

it('signs in and out; a cookie that was signed out is worth nothing', async () => {
  const cookie = await signInCookie();
  expect((await send('/', { headers: { Cookie: cookie } })).body).toBe('console');
  expect((await send('/api/v1/pipelines', { headers: { Cookie: cookie } })).body).toBe(
    '{"items":[],"nextCursor":null,"total":0}',
  );
  await send('/sign-out', { method: 'POST', headers: { Cookie: cookie, Origin: site.origin } });
  expect((await send('/api/v1/pipelines', { headers: { Cookie: cookie } })).status).toBe(401);
});

it('changes nothing for a page of another site', async () => {
  const cookie = await signInCookie();
  for (const foreign of [
    { Origin: 'http://evil.example.com' },
    { Origin: 'null' },
    { 'Sec-Fetch-Site': 'cross-site' },
    {},
  ]) {
    const headers = { Cookie: cookie, ...foreign };
    const answer = await send('/api/v1/pipelines/pl_1/stop', { method: 'POST', headers });
    expect([foreign, answer.status]).toEqual([foreign, 403]);
  }
  const own = { Cookie: cookie, Origin: site.origin };
  expect((await send('/api/v1/pipelines/pl_1/stop', { method: 'POST', headers: own })).status).toBe(404);
});

it('speaks problems: who is missing, what is missing, which method', async () => {
  const anonymous = await send('/api/v1/pipelines');
  expect([anonymous.status, anonymous.headers['content-type']]).toEqual([401, 'application/problem+json']);
  const headers = { Cookie: await signInCookie(), Origin: site.origin };
  expect((await send('/api/v1/nothing', { headers })).status).toBe(404);
  expect((await send('/api/v1/pipelines', { method: 'PATCH', headers })).status).toBe(405);
  expect(JSON.parse((await send('/api/v1/pipelines/pl_x/status', { headers })).body)).toMatchObject({
    code: 'NOT_FOUND',
  });
});

it('gives an API key its rights and no others', async () => {
  const [owner] = await site.query<{ id: string }>('select id from member');
  const actor = memberActor({ id: owner?.id ?? '', role: 'owner' }, null);
  const { token } = await createApiKey(site, actor, { name: 'reader', scopes: ['pipeline:read', 'catalog:read'] });
  expect((await send('/api/v1/pipelines', { headers: bearer(token) })).status).toBe(200);
  const stop = await send('/api/v1/pipelines/pl_1/stop', { method: 'POST', headers: bearer(token) });
  expect([stop.status, JSON.parse(stop.body).detail]).toEqual([403, 'this needs the right pipeline:operate']);
  expect((await send('/api/catalog/v1/config', { headers: bearer(token) })).body).toMatch(/NoSuchWarehouse/);
});

it('opens the catalog to workers and keys, never to cookies', async () => {
  expect((await send('/api/catalog/v1/config', { headers: bearer(INTERNAL_KEY) })).body).toMatch(/NoSuchWarehouse/);
  expect((await send('/api/catalog/v1/config', { headers: { Cookie: await signInCookie() } })).status).toBe(401);
  expect((await send('/api/catalog/v1/config', { headers: bearer('wrong') })).status).toBe(401);
});

it('says that it lives, and shows figures', async () => {
  expect((await send('/api/v1/health/live')).status).toBe(200);
  expect((await send('/metrics')).body).toContain('philotes_pipelines{state="running"} 0');
});
