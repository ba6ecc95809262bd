import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Role } from '@/server/auth/scopes.ts';
import { startRedis } from '@/server/platform/embedded/redis.ts';
import { silentLog } from '@/server/platform/logger.ts';
import { Resources } from '@/server/platform/resources.ts';
import { QUEUES } from '@/server/queue/queues.ts';
import { openSite, type Site } from './testing/open-site.ts';

const resources = new Resources();
let site: Site;
let queue: Queue;
beforeAll(async () => {
  const folder = resources.add(await mkdtemp(join(tmpdir(), 'philotes-board-')), (path) =>
    rm(path, { recursive: true }),
  );
  const redis = await startRedis({
    dataDir: join(folder, 'data'),
    logFile: join(folder, 'redis.log'),
    path: process.env.PATH ?? '',
    log: silentLog,
    announce: () => undefined,
  });
  resources.add(redis, (server) => server.stop());
  const connection = resources.add(new Redis(redis.url, { maxRetriesPerRequest: null }), (client) =>
    client.disconnect(),
  );
  queue = resources.add(new Queue(QUEUES.copy, { connection }), (opened) => opened.close());
  site = resources.add(await openSite({ env: { REDIS_URL: redis.url } }), (opened) => opened[Symbol.asyncDispose]());
});
afterAll(() => resources[Symbol.asyncDispose]());

const PAUSE = `/admin/queues/api/queues/${QUEUES.copy}/pause`;
const PATHS = ['/admin/queues', '/admin/queues/', `/admin/queues/queue/${QUEUES.copy}`, '/admin/queues/api/queues'];

async function ask(path: string, role: Role | null, method = 'GET') {
  const cookie = role === null ? {} : { Cookie: await site.cookieOf(role) };
  return site.send(path, { method, headers: { ...cookie, Origin: site.origin } });
}

it('is shown to admins and owners, on every path', async () => {
  for (const path of PATHS) {
    const answers = await Promise.all(
      [null, 'viewer', 'operator', 'admin', 'owner'].map((role) => ask(path, role as Role)),
    );
    expect([path, ...answers.map(({ status }) => status)]).toEqual([path, 303, 403, 403, 200, 200]);
  }
});

it('takes changes from owners only', async () => {
  for (const role of ['viewer', 'operator', 'admin'] as const) {
    expect([role, (await ask(PAUSE, role, 'PUT')).status]).toEqual([role, 403]);
  }
  expect(await queue.isPaused()).toBe(false);
  expect((await ask(PAUSE, 'owner', 'PUT')).status).toBe(200);
  expect(await queue.isPaused()).toBe(true);
  const foreign = { Cookie: await site.cookieOf('owner'), Origin: 'https://evil.example.com' };
  expect((await site.send(PAUSE.replace('pause', 'resume'), { method: 'PUT', headers: foreign })).status).toBe(403);
  expect(await queue.isPaused()).toBe(true);
  const refused = await site.query(`select from audit_entry where action = 'queue.refused'`);
  expect(refused.length).toBeGreaterThanOrEqual(3);
});

it('takes a key with the right for looking, and no key for what it lacks', async () => {
  const reader = await site.keyOf('owner', ['queue:read']);
  const headers = { Authorization: `Bearer ${reader}` };
  expect((await site.send('/admin/queues/api/queues', { headers })).status).toBe(200);
  expect((await site.send(PAUSE, { method: 'PUT', headers })).status).toBe(403);
  const other = { Authorization: `Bearer ${await site.keyOf('owner', ['pipeline:read'])}` };
  expect((await site.send('/admin/queues', { headers: other })).status).toBe(403);
});

it('has a policy of its own and fetches nothing from elsewhere', async () => {
  const page = await ask('/admin/queues', 'admin');
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toMatch(/default-src 'none'; script-src 'self' 'nonce-/);
  expect(page.text).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  const [, script = ''] = /<script[^>]+src="([^"]+)"/.exec(page.text) ?? [];
  const asset = await ask(`/admin/queues/${script}`, 'admin');
  expect([asset.status, (await ask(`/admin/queues/${script}`, 'viewer')).status]).toEqual([200, 403]);
  expect((await ask('/admin/queues/static/..%2f..%2f..%2fpackage.json', 'admin')).text).not.toContain('"name"');
});
