import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLAIN_ROUTES } from '@/server/api/rest/plain-routes.ts';
import { PROCEDURE_ROUTES, PROCEDURES as SERVED } from '@/server/api/rest/route-table.ts';
import type { Access } from '@/server/api/trpc.ts';
import { KEY_SCOPES, ROLE_SCOPES, ROLES, type Scope } from '@/server/auth/scopes.ts';
import { openSite, type Sent, type Site } from '@/server/web/testing/open-site.ts';
import { DOORS, PAGES, PLAIN, PROCEDURES } from './expected.ts';

type Caller = {
  readonly name: string;
  readonly headers: Record<string, string>;
  readonly scopes: ReadonlySet<Scope> | null;
};

let site: Site;
let callers: Caller[];
beforeAll(async () => {
  site = await openSite();
  callers = [{ name: 'anonymous', headers: { Origin: site.origin }, scopes: null }];
  for (const role of ROLES) {
    const headers = { Cookie: await site.cookieOf(role), Origin: site.origin };
    callers.push({ name: role, headers, scopes: ROLE_SCOPES[role] });
  }
  for (const scope of KEY_SCOPES) {
    const headers = { Authorization: `Bearer ${await site.keyOf('owner', [scope])}` };
    callers.push({ name: `key with ${scope}`, headers, scopes: new Set([scope]) });
  }
  // The right of its owner is what a key can be worth at most.
  const weak = { Authorization: `Bearer ${await site.keyOf('viewer', KEY_SCOPES)}` };
  const worth = new Set(KEY_SCOPES.filter((scope) => ROLE_SCOPES.viewer.has(scope)));
  callers.push({ name: "viewer's key with everything", headers: weak, scopes: worth });
});
afterAll(() => site[Symbol.asyncDispose]());

/** What a caller must be told, as far as rights go. */
function verdict(access: Access, { scopes }: Caller): 'let in' | 401 | 403 {
  if (access === 'public') return 'let in';
  if (scopes === null) return 401;
  return access === 'signed-in' || scopes.has(access) ? 'let in' : 403;
}

const told = (status: number): 'let in' | number => (status === 401 || status === 403 ? status : 'let in');

/** Asks as everybody; nobody sends an input that would do anything. */
async function expectMatrix(access: Access, path: string, sent: Sent): Promise<void> {
  const answers = await Promise.all(
    callers.map(async (caller) => {
      const headers = { ...caller.headers, ...sent.headers };
      const { status } = await site.send(path, { ...sent, headers });
      return [caller.name, told(status)];
    }),
  );
  expect(answers).toEqual(callers.map((caller) => [caller.name, verdict(access, caller)]));
}

it('knows every procedure, route and page', () => {
  expect(SERVED.map(([name]) => name).sort()).toEqual(Object.keys(PROCEDURES).sort());
  expect(PLAIN_ROUTES.map(({ method, pattern }) => `${method} ${pattern.text}`).sort()).toEqual(
    Object.keys(PLAIN).sort(),
  );
  expect(pagesOf('app').sort()).toEqual(Object.keys(PAGES).sort());
});

describe('procedures', () => {
  it.each(Object.entries(PROCEDURES))('%s is for %s', async (name, access) => {
    const procedure = SERVED.find(([served]) => served === name)?.[1];
    const isQuery = procedure?._def.type === 'query';
    const unfit = { 'no such field': true };
    await expectMatrix(
      access,
      isQuery ? `/api/trpc/${name}?input=${encodeURIComponent(JSON.stringify(unfit))}` : `/api/trpc/${name}`,
      isQuery ? {} : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(unfit) },
    );
  });
});

describe('routes', () => {
  it.each(PROCEDURE_ROUTES.map((route) => [`${route.method} ${route.pattern.text}`, route] as const))(
    '%s',
    async (_, { method, pattern, procedure }) => {
      const path = `/api/v1${pattern.text.replace(/\{[^}]+\}/g, '0')}`;
      const hasBody = method === 'POST' || method === 'PATCH';
      await expectMatrix(
        PROCEDURES[procedure] ?? 'public',
        hasBody ? path : `${path}?nosuchfield=1`,
        hasBody
          ? { method, headers: { 'Content-Type': 'application/json' }, body: '{"no such field":true}' }
          : { method },
      );
    },
  );

  it.each(Object.entries(PLAIN))('%s is for %s', async (name, access) => {
    const [method = '', path = ''] = name.split(' ');
    await expectMatrix(access, `/api/v1${path.replace(/\{[^}]+\}/g, '0')}?nosuchfield=1`, { method });
  });
});

describe('pages', () => {
  it.each(Object.entries(PAGES))('%s is %s', async (page, access) => {
    const path = page.replace(/\[[^\]]+\]/g, 'x');
    const answers = await Promise.all(
      callers.map(async ({ name, headers }) => {
        const { status, headers: sent } = await site.send(path, { headers });
        return [name, status === 200 ? 'shown' : `${status} ${String(sent.location).split('?')[0]}`];
      }),
    );
    const isOpen = (name: string) => access === 'public' || ROLES.some((role) => role === name);
    expect(answers).toEqual(callers.map(({ name }) => [name, isOpen(name) ? 'shown' : '303 /sign-in']));
  });

  it('has no server actions, which would be ways in without a right of their own', () => {
    const found = filesOf('.').filter((file) => /['"]use server['"]/.test(readFileSync(file, 'utf8')));
    expect(found).toEqual([]);
  });
});

describe('other ways in', () => {
  it('knows every path that the front door names', () => {
    const text = ['front-door', 'answer-sign-in', 'queue-board'].map((file) =>
      readFileSync(`server/web/${file}.ts`, 'utf8'),
    );
    const named = text.join('\n').matchAll(/['"`](?:[A-Z]+ )?(\/(?:admin|api|metrics|sign)[a-z0-9/-]*)['"`/$?]/g);
    const unknown = [...new Set([...named].map(([, path]) => path ?? ''))].filter((path) => !(path in DOORS));
    expect(unknown).toEqual([]);
  });

  it('lets those at the queue board who may, and only look those who may only look', async () => {
    for (const [method, scope] of [
      ['GET', 'queue:read'],
      ['PUT', 'queue:manage'],
    ] as const) {
      const answers = await Promise.all(
        callers.map(async ({ name, headers }) => {
          const { status } = await site.send('/admin/queues/api/queues/none/pause', { method, headers });
          return [name, status === 303 ? 401 : told(status)];
        }),
      );
      const looks = (caller: Caller) => verdict('queue:read', caller);
      const expected = callers.map((caller) => {
        const may = looks(caller);
        return [caller.name, may === 'let in' ? verdict(scope, caller) : may];
      });
      expect(answers).toEqual(expected);
    }
  });

  it('lets keys at the catalog, never browsers', async () => {
    const answers = await Promise.all(
      callers.map(async ({ name, headers }) => {
        const { status } = await site.send('/api/catalog/v1/config?warehouse=none', { headers });
        return [name, told(status) === 'let in'];
      }),
    );
    const isKeyOf = ({ name, scopes }: Caller) => name.includes('key') && scopes?.has('catalog:read') === true;
    expect(answers).toEqual(callers.map((caller) => [caller.name, isKeyOf(caller)]));
  });
});

/** Folders of app/ that hold a page, without the groups that only lay pages out. */
function pagesOf(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => /^(page|route)\.tsx?$/.test(entry.name))
    .map((entry) => {
      const segments = entry.parentPath.slice(root.length).split('/');
      return segments.filter((segment) => !/^\(.*\)$/.test(segment)).join('/') || '/';
    });
}

const filesOf = (root: string): string[] =>
  ['app', 'components'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => /\.tsx?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
