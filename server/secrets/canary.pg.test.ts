import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { PROCEDURES } from '@/server/api/rest/route-table.ts';
import { memberActor } from '@/server/auth/actor.ts';
import { createApiKey } from '@/server/auth/create-api-key.ts';
import { writeSignIn } from '@/server/auth/sign-in/write-sign-in.ts';
import { startDestinationTest } from '@/server/connection-tests/start-destination-test.ts';
import { startSourceTest } from '@/server/connection-tests/start-source-test.ts';
import { createDestination } from '@/server/destinations/create-destination.ts';
import { acceptLink } from '@/server/members/accept-link.ts';
import { inviteMember } from '@/server/members/invite-member.ts';
import { startRedis } from '@/server/platform/embedded/redis.ts';
import { createLog, silentLog } from '@/server/platform/logger.ts';
import { Resources } from '@/server/platform/resources.ts';
import { openNudge } from '@/server/queue/nudge.ts';
import { createSource } from '@/server/sources/create-source.ts';
import { updateSource } from '@/server/sources/update-source.ts';
import { openSite } from '@/server/web/testing/open-site.ts';

const canary = (name: string): string => `canary-${name}-${randomBytes(12).toString('hex')}`;

const SECRETS = {
  source: canary('source-password'),
  candidate: canary('candidate-password'),
  clientSecret: canary('catalog-client-secret'),
  bearer: canary('catalog-token'),
  s3: canary('s3-secret-access-key'),
  oidc: canary('oidc-client-secret'),
  password: canary('member-password'),
  session: canary('session-secret'),
  internal: canary('internal-key'),
  owner: canary('owner-password'),
};

/** A secret as it is, and as bytes and encodings would show it. */
const forms = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString('hex'),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  encodeURIComponent(secret),
];

function leaksIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    forms(secret).some((form) => text.includes(form)) ? [name] : [],
  );
}

async function openEverything(resources: Resources) {
  const folder = resources.add(await mkdtemp(join(tmpdir(), 'philotes-canary-')), (path) =>
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
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const log = createLog({ name: 'canary', level: 'debug', destination });
  const env = {
    REDIS_URL: redis.url,
    PHILOTES_SESSION_SECRET: SECRETS.session,
    PHILOTES_INTERNAL_KEY: SECRETS.internal,
    PHILOTES_OWNER_PASSWORD: SECRETS.owner,
  };
  const site = resources.add(await openSite({ log, env }), (opened) => opened[Symbol.asyncDispose]());
  const nudges = resources.add(openNudge(redis.url, log), (opened) => opened[Symbol.asyncDispose]());
  return { site, redis, lines, deps: { ...site.deps, nudge: nudges.nudge } };
}

it('shows no secret in any answer, log line, table, queue or process argument', async () => {
  await using resources = new Resources();
  const { site, redis, lines, deps } = await openEverything(resources);
  const ownerId = await site.memberOf('owner');
  const owner = memberActor({ id: ownerId, role: 'owner' }, '203.0.113.9');
  const cookie = await site.cookieOf('owner');
  const tokens: Record<string, string> = { cookie: cookie.split('=')[1] ?? '' };

  const source = { host: '127.0.0.1', port: 1, database: 'shop', username: 'philotes', tlsMode: 'disable' } as const;
  const { id: sourceId } = await createSource(deps, owner, { name: 'shop', ...source, password: SECRETS.source });
  await updateSource(deps, owner, { id: sourceId, port: 2, password: SECRETS.source });
  const s3 = { kind: 's3', root: 's3://bucket/lake', endpoint: 'http://127.0.0.1:1' } as const;
  const credentials = { accessKeyId: 'AKIA', secretAccessKey: SECRETS.s3 };
  const oauth2 = { kind: 'oauth2', clientId: 'c', clientSecret: SECRETS.clientSecret } as const;
  const catalog = { kind: 'rest', uri: 'http://127.0.0.1:1', warehouse: 'w' } as const;
  const storage = { ...s3, credentials };
  const { id: destinationId } = await createDestination(deps, owner, {
    name: 'lake',
    catalog: { ...catalog, auth: oauth2 },
    storage,
  });
  const bearer = { kind: 'bearer', token: SECRETS.bearer } as const;
  await createDestination(deps, owner, { name: 'other', catalog: { ...catalog, auth: bearer }, storage });
  await writeSignIn(deps, owner, {
    name: 'Corp',
    issuer: 'http://127.0.0.1:1',
    clientId: 'philotes',
    clientSecret: SECRETS.oidc,
  });
  const { link } = await inviteMember(deps, owner, { email: 'ada@example.com', role: 'viewer' });
  tokens.link = new URL(link).searchParams.get('token') ?? '';
  const visitor = { address: '203.0.113.9', userAgent: 'Test/1.0' };
  tokens.session = (await acceptLink(deps, { token: tokens.link, password: SECRETS.password, ...visitor })).token;
  const { id: keyId, token } = await createApiKey(deps, owner, { name: 'k', scopes: ['member:read'] });
  tokens.key = token.slice(30);
  await startSourceTest(deps, owner, { candidate: { ...source, password: SECRETS.candidate } });
  await startDestinationTest(deps, owner, { destinationId });

  const wrong = new URLSearchParams({ email: 'ada@example.com', password: `${SECRETS.password}x` }).toString();
  await site.send('/sign-in', { method: 'POST', headers: { Origin: site.origin }, body: wrong });
  const right = new URLSearchParams({ email: 'ada@example.com', password: SECRETS.password }).toString();
  await site.send('/sign-in', { method: 'POST', headers: { Origin: site.origin }, body: right });
  await site.send('/sign-in/oidc', { method: 'POST', headers: { Origin: site.origin } });

  const all = { ...SECRETS, ...tokens };
  const inputs = [
    {},
    ...[sourceId, destinationId, ownerId, keyId].map((id) => ({ id })),
    { destinationId },
    { testId: 'x' },
  ];
  const headers = { Cookie: cookie, Origin: site.origin };
  // A worker would have to answer about the lake.
  const asked = PROCEDURES.filter(([name]) => !name.startsWith('lake.')).flatMap(([name]) =>
    inputs.map((input) => `/api/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`),
  );
  const plain = [
    '/',
    '/sign-in',
    '/metrics',
    '/api/v1/openapi.json',
    '/api/v1/audit/download?format=csv',
    '/api/v1/settings/sign-in',
  ];
  let answered = 0;
  for (const path of [
    ...asked,
    ...plain,
    `/api/v1/sources/${sourceId}/tables`,
    `/api/v1/sources/${sourceId}/preflight`,
  ]) {
    const answer = await site.send(path, { headers });
    if (answer.status === 200) answered += 1;
    expect([path, leaksIn(JSON.stringify([answer.headers, answer.text]), all)]).toEqual([path, []]);
  }
  expect(answered).toBeGreaterThan(20);

  const tables = await site.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  for (const { name } of tables) {
    const rows = JSON.stringify(await site.query(`select t::text from ${name} t`));
    expect([name, leaksIn(rows, all)]).toEqual([name, []]);
  }

  const client = resources.add(new Redis(redis.url), (opened) => opened.disconnect());
  const keys = await client.keys('*');
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) {
    const value = (await client.dumpBuffer(key))?.toString('latin1') ?? '';
    expect([key, leaksIn(key + value, all)]).toEqual([key, []]);
  }

  expect(lines.length).toBeGreaterThan(0);
  expect(leaksIn(lines.join(''), all)).toEqual([]);
  const redisPassword = new URL(redis.url).password;
  const arguments_ = await processArguments();
  expect(leaksIn(arguments_, { ...all, ...(redisPassword ? { redis: redisPassword } : {}) })).toEqual([]);
});

/** Of every process that we may look at. */
async function processArguments(): Promise<string> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return lines.join('\n');
}
