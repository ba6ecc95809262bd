import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSite, type Site } from './testing/open-site.ts';

let site: Site;
let secure: Site;
beforeAll(async () => {
  site = await openSite();
  secure = await openSite({ env: { PHILOTES_PUBLIC_URL: 'https://lake.example.com' } });
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await secure[Symbol.asyncDispose]();
});

const PAGES = ['/', '/pipelines/pl_1', '/members', '/settings', '/admin/queues', '/sources?tab=1'];
const DATA = [
  '/api/v1/members',
  '/api/v1/sources',
  '/api/v1/audit',
  '/api/trpc/members.list',
  '/api/v1/audit/download',
];

describe('headers', () => {
  it('go with every answer: pages, data, problems, what is missing, and assets', async () => {
    const cookie = await site.cookieOf('owner');
    for (const path of [
      '/',
      '/sign-in',
      '/api/v1/members',
      '/api/v1/nothing',
      '/nothing',
      '/%zz',
      '/_next/static/x.js',
    ]) {
      const { headers } = await site.send(path, { headers: { Cookie: cookie, Origin: 'https://evil.example.com' } });
      expect([path, headers]).toMatchObject([
        path,
        {
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'DENY',
          'referrer-policy': 'same-origin',
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-resource-policy': 'same-origin',
          'content-security-policy': expect.stringMatching(/frame-ancestors 'none'/),
        },
      ]);
      expect(
        Object.keys(headers).filter((name) => name.startsWith('access-control-') || name === 'x-powered-by'),
      ).toEqual([]);
      expect(headers['strict-transport-security']).toBeUndefined();
    }
  });

  it('let data be kept nowhere', async () => {
    const cookie = await site.cookieOf('owner');
    for (const path of DATA.slice(0, 4)) {
      const { headers } = await site.send(path, { headers: { Cookie: cookie } });
      expect([path, headers['cache-control']]).toEqual([path, expect.stringMatching(/no-store/)]);
    }
  });

  it('allow scripts by a nonce of this answer only', async () => {
    const policies = await Promise.all(
      [1, 2].map(async () => String((await site.send('/sign-in')).headers['content-security-policy'])),
    );
    for (const policy of policies) {
      const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? '';
      expect(scripts).toMatch(/'nonce-[\w+/=]{20,}' 'strict-dynamic'/);
      expect(scripts).not.toMatch(/unsafe-/);
      expect(policy).toMatch(/object-src 'none'.*base-uri 'none'.*form-action 'self'/);
    }
    expect(policies[0]).not.toBe(policies[1]);
  });

  it('keep an https site on https, and its cookie on its host', async () => {
    const headers = { Host: 'lake.example.com', Origin: 'https://lake.example.com' };
    const answer = await secure.send('/sign-out', { method: 'POST', headers });
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^__Host-philotes-session=; Path=\/; HttpOnly; SameSite=Lax; .*; Secure$/,
    );
    const downgraded = { ...headers, Origin: 'http://lake.example.com' };
    expect((await secure.send('/sign-out', { method: 'POST', headers: downgraded })).status).toBe(403);
  });
});

describe('strangers', () => {
  const TRICKS: Record<string, string>[] = [
    { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' },
    { 'x-middleware-subrequest': 'src/middleware:src/middleware:src/middleware:src/middleware:src/middleware' },
    { RSC: '1', 'Next-Router-Prefetch': '1' },
    { RSC: '1', 'Next-Router-Segment-Prefetch': '/_tree' },
    { 'x-middleware-next': '1', 'x-middleware-rewrite': '/' },
    { 'x-nextjs-data': '1', 'x-invoke-path': '/', 'x-matched-path': '/' },
    { 'x-forwarded-host': 'localhost', 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' },
    { 'x-http-method-override': 'GET', 'x-original-url': '/sign-in', 'x-rewrite-url': '/sign-in' },
    { authorization: 'Bearer undefined', cookie: 'philotes-session=' },
    { cookie: 'philotes-session=null; __Host-philotes-session=x; next-auth.session-token=x' },
  ];

  it.each(TRICKS)('see no page and no data with %j', async (headers) => {
    for (const path of [...PAGES, ...DATA]) {
      const { status, text } = await site.send(path, { headers });
      expect([path, status]).toEqual([path, path.startsWith('/api/') ? 401 : 303]);
      expect(text).not.toContain('console');
    }
  });

  it.each([
    '/_next/../pipelines',
    '/_next/%2e%2e/pipelines',
    '/_next/..%2fpipelines',
    '/_next/static/..%2f..%2fpipelines',
    '/_next/static/%2e%2e%5cpipelines',
    '/_next\\..\\pipelines',
    '/_next/data/x/pipelines.json',
    '/_next/image?url=%2Fpipelines&w=64&q=75',
    '/sign-in/../pipelines',
    '/sign-in%2f..%2fpipelines',
    '/sign-in/link/x',
    '/pipelines.rsc',
    '/pipelines.segments/_tree.segment.rsc',
    '/PIPELINES',
    '/;/pipelines',
    '/./pipelines',
  ])('see no page at %s', async (path) => {
    expect((await site.send(path)).text).not.toContain('console');
  });

  it.each(['evil.example.com', 'lake.example.com.evil.io', '127.0.0.1', '127.0.0.1:1', 'localhost', 'a b'])(
    'are not answered under the name %j',
    async (Host) => {
      expect((await site.send('/sign-in', { headers: { Host } })).status).toBe(421);
    },
  );

  it('cannot move links and redirects to another host', async () => {
    const headers = {
      'X-Forwarded-Host': 'evil.example.com',
      'X-Forwarded-Proto': 'https',
      Forwarded: 'host=evil.example.com',
    };
    const answer = await site.send('/pipelines', { headers });
    expect(answer.headers.location).toBe('/sign-in?callbackUrl=%2Fpipelines');
    expect(JSON.stringify(answer)).not.toContain('evil');
  });

  it('do not get around a limit by saying that they come from elsewhere', async () => {
    const attempt = (n: number) =>
      site.send('/sign-in/link', {
        method: 'POST',
        headers: { Origin: site.origin, 'X-Forwarded-For': `203.0.113.${n}`, 'X-Real-IP': `203.0.113.${n}` },
        body: 'token=x&password=correct+horse+battery',
      });
    const locations: (string | undefined)[] = [];
    for (let n = 0; n < 22; n++) locations.push((await attempt(n)).headers.location);
    expect(locations.at(0)).toBe('/sign-in/link?problem=link');
    expect(locations.at(-1)).toMatch(/problem=throttled/);
  });

  it('are told when to come back after too many wrong keys', async () => {
    const guess = () => site.send('/api/v1/members', { headers: { Authorization: 'Bearer phl_wrong' } });
    const statuses = new Set<number>();
    let last = await guess();
    for (let n = 0; n < 55; n++) {
      last = await guess();
      statuses.add(last.status);
    }
    expect([...statuses]).toEqual([401, 429]);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    const atCatalog = () => site.send('/api/catalog/v1/config', { headers: { Authorization: 'Bearer phl_wrong' } });
    let { status } = await atCatalog();
    for (let n = 0; n < 55 && status === 401; n++) ({ status } = await atCatalog());
    expect(status).toBe(429);
    expect((await site.send(`/api/v1/members?api_key=${await site.keyOf('owner', ['member:read'])}`)).status).toBe(401);
  });
});

describe('other sites', () => {
  const PATHS = [
    '/api/trpc/profile.endOtherSessions',
    '/api/v1/me/sessions/end-others',
    '/sign-out',
    '/sign-in',
    '/sign-in/oidc',
  ];
  const FOREIGN: Record<string, string>[] = [
    { Origin: 'https://evil.example.com' },
    { Origin: 'null' },
    { Origin: 'http://127.0.0.1:1' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'none' },
    { Referer: 'https://evil.example.com' },
    {},
  ];

  it.each(FOREIGN)('change nothing in the name of somebody who is signed in: %j', async (foreign) => {
    const cookie = await site.cookieOf('operator');
    for (const path of PATHS) {
      for (const type of [
        'application/json',
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
      ]) {
        const headers = { Cookie: cookie, 'Content-Type': type, ...foreign };
        const { status } = await site.send(path, { method: 'POST', headers, body: '{}' });
        expect([path, type, status]).toEqual([path, type, 403]);
      }
    }
    expect((await site.send('/api/v1/members', { headers: { Cookie: cookie } })).status).toBe(200);
  });

  it('cannot change anything by a link or an image', async () => {
    const cookie = await site.cookieOf('viewer');
    for (const path of [
      '/api/trpc/profile.endOtherSessions',
      '/api/trpc/profile.update?input=%7B%22name%22%3A%22x%22%7D',
    ]) {
      expect((await site.send(path, { headers: { Cookie: cookie } })).status).toBe(405);
    }
    await site.send('/sign-out', { headers: { Cookie: cookie } });
    expect((await site.send('/api/v1/members', { headers: { Cookie: cookie } })).status).toBe(200);
  });

  it('are no better off with a form in place of JSON, even from our own origin', async () => {
    const headers = { Cookie: await site.cookieOf('viewer'), Origin: site.origin };
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const sent = { method: 'POST', headers: { ...headers, 'Content-Type': type }, body: '{"name":"x"}' };
      const { status } = await site.send('/api/trpc/profile.update', sent);
      expect([type, [400, 415].includes(status)]).toEqual([type, true]);
    }
    expect(await site.query(`select from member where name = 'x'`)).toEqual([]);
  });
});
