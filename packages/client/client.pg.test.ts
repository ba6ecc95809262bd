import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSite, type Site } from '@/server/web/testing/open-site.ts';
import { createPhilotes, type Philotes, ProblemError } from './client.ts';

let site: Site;
let token: string;
let philotes: Philotes;
beforeAll(async () => {
  site = await openSite();
  token = await site.keyOf('admin', ['source:read', 'source:write', 'pipeline:read']);
  philotes = createPhilotes({ url: `${site.origin}/`, token });
});
afterAll(() => site[Symbol.asyncDispose]());

const SHOP = { host: 'db.example.com', database: 'shop', username: 'reader', password: 'hunter2hunter2' } as const;

it('creates, reads, changes and deletes, typed', async () => {
  const made = await philotes.POST('/sources', { body: { name: 'crud', ...SHOP } });
  const id = made.data?.id ?? '';
  const params = { path: { id } };
  const read = await philotes.GET('/sources/{id}', { params });
  expect(read.data).toMatchObject({ name: 'crud', hasPassword: true, port: 5432 });
  const changed = await philotes.PATCH('/sources/{id}', {
    params: { ...params, header: { 'If-Match': read.response.headers.get('ETag') ?? '' } },
    body: { username: 'other' },
  });
  expect(changed.data?.username).toBe('other');
  const gone = await philotes.DELETE('/sources/{id}', { params });
  expect(gone.response.status).toBe(204);
});

it('throws problems with their code, field and remedy', async () => {
  const missing = philotes.GET('/sources/{id}', { params: { path: { id: 'src_nothing' } } });
  await expect(missing).rejects.toBeInstanceOf(ProblemError);
  await expect(missing).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 });
  const wrong = philotes.POST('/sources', { body: { name: '', ...SHOP } });
  await expect(wrong).rejects.toMatchObject({ problem: { code: 'INVALID_INPUT', field: 'name', remedy: /\w/ } });
  const stranger = createPhilotes({ url: site.origin }).GET('/sources');
  await expect(stranger).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

it('takes lists page by page, in order and to their end', async () => {
  for (let n = 0; n < 7; n++) await philotes.POST('/sources', { body: { name: `page ${n}`, ...SHOP } });
  const names: string[] = [];
  for await (const source of philotes.all('/sources', { query: { limit: 3, search: 'page', sort: 'name' } })) {
    names.push(source.name);
  }
  expect(names).toEqual(Array.from({ length: 7 }, (_, n) => `page ${n}`));
});

it('repeats a creation whose answer was lost without making it twice', async () => {
  let lost = 0;
  const lossy = createPhilotes({
    url: site.origin,
    token,
    async fetch(request) {
      const response = await fetch(request);
      if (lost++ > 0) return response;
      await response.arrayBuffer();
      throw new TypeError('the connection broke');
    },
  });
  const made = await lossy.POST('/sources', { body: { name: 'once', ...SHOP } });
  expect(lost).toBe(2);
  expect(made.data?.name).toBe('once');
  expect(await site.query(`select count(*)::int as sources from source where name = 'once'`)).toEqual([{ sources: 1 }]);
});
