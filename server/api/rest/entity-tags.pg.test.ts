import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSite, type Site } from '@/server/web/testing/open-site.ts';

let site: Site;
let token: string;
beforeAll(async () => {
  site = await openSite();
  const rights = [
    'source:write',
    'destination:write',
    'pipeline:read',
    'pipeline:write',
    'pipeline:operate',
    'api-key:manage',
  ] as const;
  token = await site.keyOf('owner', rights);
});
afterAll(() => site[Symbol.asyncDispose]());

async function call(method: string, path: string, { body, ifMatch }: { body?: unknown; ifMatch?: string } = {}) {
  const answer = await site.send(`/api/v1${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { ...answer, tag: String(answer.headers.etag) };
}

const idOf = async (path: string, body: unknown): Promise<string> =>
  ((await call('POST', path, { body })).json() as { id: string }).id;

async function newPipeline(name: string) {
  const sourceId = await idOf('/sources', {
    name,
    host: 'db.example.com',
    database: 'shop',
    username: 'reader',
    password: 'tops3cret',
  });
  const destinationId = await idOf('/destinations', { name });
  const tables = ['orders', 'items'].map((table) => ({ schema: 'public', table, mirror: true, changelog: false }));
  const id = await idOf('/pipelines', { name, sourceId, destinationId, namespace: name, tables });
  const path = `/pipelines/${id}`;
  const { tables: made } = (await call('GET', path)).json() as { tables: { id: number; table: string }[] };
  const tableOf = (wanted: string) => `${path}/tables/${made.find(({ table }) => table === wanted)?.id}`;
  return { path, orders: tableOf('orders'), items: tableOf('items') };
}

it('refuses a change of a table that is based on what it was before', async () => {
  const { path, orders, items } = await newPipeline('stale');
  const [table, pipeline] = [await call('GET', orders), await call('GET', path)];
  expect(table.tag).toMatch(/^"\d+"$/);
  const body = { policies: { note: 'null' } };
  const changed = await call('PATCH', orders, { body, ifMatch: table.tag });
  expect(changed.status).toBe(200);
  expect(changed.tag).not.toBe(table.tag);
  expect((await call('GET', orders)).tag).toBe(changed.tag);
  for (const [method, at, more] of [
    ['PATCH', orders, { body, ifMatch: table.tag }],
    ['DELETE', orders, { ifMatch: table.tag }],
    ['PATCH', path, { body: { name: 'stale-2' }, ifMatch: pipeline.tag }],
    ['DELETE', path, { ifMatch: pipeline.tag }],
  ] as const) {
    const late = await call(method, at, more);
    expect([method, at, late.status, late.json()]).toMatchObject([
      method,
      at,
      412,
      { code: 'PRECONDITION_FAILED', remedy: expect.stringMatching(/\w/) },
    ]);
  }
  expect((await call('DELETE', items, { ifMatch: (await call('GET', items)).tag })).status).toBe(200);
});

it('gives a pipeline another tag when one of its tables changes or goes, and a table when the list is replaced', async () => {
  const { path, orders, items } = await newPipeline('whole');
  const tags = [(await call('GET', path)).tag];
  const next = async () => tags.push((await call('GET', path)).tag);
  await call('PATCH', orders, { body: { onDelete: 'soft' } });
  await next();
  await call('DELETE', items);
  await next();
  const before = (await call('GET', orders)).tag;
  const kept = { schema: 'public', table: 'orders', mirror: true, changelog: true };
  await call('PATCH', path, { body: { tables: [kept] } });
  await next();
  expect(new Set(tags).size).toBe(4);
  expect((await call('GET', orders)).tag).not.toBe(before);
});

it('refuses to rename or end an API key on what it was before', async () => {
  const other = await site.keyOf('viewer', ['pipeline:read']);
  const { items } = (await call('GET', '/api-keys')).json() as { items: { id: string; prefix: string }[] };
  const path = `/api-keys/${items.find(({ prefix }) => other.startsWith(prefix))?.id}`;
  const { tag } = await call('GET', path);
  expect(tag).toBe('"1"');
  const renamed = await call('PATCH', path, { body: { name: 'nightly' }, ifMatch: tag });
  expect([renamed.status, renamed.tag]).toEqual([200, '"2"']);
  expect((await call('PATCH', path, { body: { name: 'daily' }, ifMatch: tag })).status).toBe(412);
  expect((await call('DELETE', path, { ifMatch: tag })).status).toBe(412);
  expect((await call('DELETE', path, { ifMatch: renamed.tag })).status).toBe(204);
});

it('does not pass over an If-Match where nothing has a tag', async () => {
  const ignored = await call('POST', '/pipelines/pl_x/start', { ifMatch: '"1"' });
  expect([ignored.status, ignored.json()]).toMatchObject([400, { code: 'INVALID_INPUT', field: 'If-Match' }]);
});
