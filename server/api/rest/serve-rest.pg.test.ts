import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSite, type Sent, type Site } from '@/server/web/testing/open-site.ts';

let site: Site;
let token: string;
beforeAll(async () => {
  site = await openSite();
  token = await site.keyOf('admin', ['source:read', 'source:write', 'pipeline:read', 'dead-letter:read']);
});
afterAll(() => site[Symbol.asyncDispose]());

const SHOP = { host: 'db.example.com', database: 'shop', username: 'reader', password: 'hunter2hunter2' };

const call = (method: string, path: string, { body, headers = {} }: { body?: unknown; headers?: object } = {}) =>
  site.send(`/api/v1${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  } satisfies Sent);

it('creates with a location and an entity tag, reads, changes and deletes', async () => {
  const made = await call('POST', '/sources', { body: { name: 'crud', ...SHOP } });
  expect(made).toMatchObject({ status: 201, headers: { etag: '"1"' } });
  const location = String(made.headers.location);
  expect(location).toMatch(/^\/api\/v1\/sources\/src_/);
  const path = location.slice('/api/v1'.length);
  expect((await call('GET', path)).json()).toMatchObject({ name: 'crud', hasPassword: true, version: '1' });
  const changed = await call('PATCH', path, { body: { username: 'other' }, headers: { 'If-Match': '"1"' } });
  expect(changed).toMatchObject({ status: 200, headers: { etag: '"2"' } });
  const late = await call('PATCH', path, { body: { username: 'third' }, headers: { 'If-Match': '"1"' } });
  expect([late.status, late.json()]).toMatchObject([412, { code: 'PRECONDITION_FAILED' }]);
  expect((await call('DELETE', path, { headers: { 'If-Match': '"1"' } })).status).toBe(412);
  const gone = await call('DELETE', path);
  expect([gone.status, gone.text]).toEqual([204, '']);
  expect((await call('GET', path)).status).toBe(404);
});

it('checks on trial what it would answer, and changes nothing', async () => {
  const headers = { 'Dry-Run': 'true', 'Idempotency-Key': 'trial-1' };
  const body = { name: 'trial', ...SHOP };
  const before = await site.query('select count(*) from audit_entry');
  const tried = await call('POST', '/sources', { body, headers });
  expect([tried.status, tried.json()]).toMatchObject([201, { name: 'trial', version: '1' }]);
  const made = await call('POST', '/sources', { body, headers: { 'Idempotency-Key': 'trial-1' } });
  const path = String(made.headers.location).slice('/api/v1'.length);
  expect(path).not.toBe(String(tried.headers.location).slice('/api/v1'.length));
  expect((await call('POST', '/sources', { body, headers: { 'Dry-Run': 'true' } })).json()).toMatchObject({
    code: 'NAME_TAKEN',
  });
  const change = { body: { username: 'other' }, headers: { 'Dry-Run': 'true' } };
  expect((await call('PATCH', path, change)).json()).toMatchObject({ username: 'other', version: '2' });
  expect((await call('GET', path)).json()).toMatchObject({ username: 'reader', version: '1' });
  expect(await site.query('select count(*) - 1 as count from audit_entry')).toEqual(before);
  for (const [method, where, wish] of [
    ['POST', '/sources', 'yes'],
    ['POST', '/pipelines/pl_x/start', 'true'],
  ] as const) {
    const refused = await call(method, where, { body, headers: { 'Dry-Run': wish } });
    expect(refused.json()).toMatchObject({ code: 'INVALID_INPUT', field: 'Dry-Run' });
  }
  expect((await call('DELETE', path)).status).toBe(204);
});

it('names every field that is wrong, and changes nothing', async () => {
  const before = await site.query('select count(*) from source');
  const refused = await call('POST', '/sources', { body: { name: '', ...SHOP, port: 0, colour: 'red' } });
  expect(refused).toMatchObject({ status: 400, headers: { 'content-type': 'application/problem+json' } });
  expect(refused.json()).toMatchObject({ code: 'INVALID_INPUT', field: 'name', requestId: /^req_/ });
  expect(refused.json()).toMatchObject({ fields: [{ field: 'name' }, { field: 'port' }, { field: 'colour' }] });
  expect(refused.text).toMatch(/colour/);
  expect(refused.text).not.toContain('hunter2');
  expect(await site.query('select count(*) from source')).toEqual(before);
});

it('reads queries as what the schema takes, and nothing else', async () => {
  expect((await call('GET', '/sources?limit=2&sort=-name')).status).toBe(200);
  for (const query of [
    'limit=two',
    'limit=0',
    'limit=1e1',
    'limit=1&limit=2',
    'sort=colour',
    'colour=red',
    'cursor=x',
  ]) {
    const refused = await call('GET', `/sources?${query}`);
    expect([query, refused.status]).toEqual([query, 400]);
    expect(refused.json()).toMatchObject({ code: 'INVALID_INPUT' });
  }
});

it('takes paths literally: encoded slashes, unknown ids and numbers that are none', async () => {
  expect((await call('GET', '/sources/a%2Fb')).json()).toMatchObject({ code: 'INVALID_INPUT', field: 'id' });
  expect((await call('GET', '/sources/src_nothing')).status).toBe(404);
  expect((await call('POST', '/pipelines/pl_x/dead-letters/many/inspect')).status).toBe(404);
  expect((await call('GET', '/sources/x/')).status).toBe(404);
});

it('takes a body as JSON in UTF-8, of a megabyte at most, or none', async () => {
  const text = { body: 'name=x', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } };
  expect((await call('POST', '/sources', text)).status).toBe(415);
  expect((await call('POST', '/sources', { body: '{"name":' })).status).toBe(400);
  expect((await call('POST', '/sources', { body: '[1]' })).status).toBe(400);
  expect((await call('POST', '/sources', { body: `{"name":"${'x'.repeat(1024 * 1024)}"}` })).status).toBe(413);
  const nul = await call('POST', '/sources', { body: { name: 'nul', ...SHOP, password: 'a\0b' } });
  expect(nul.json()).toMatchObject({ code: 'INVALID_INPUT', field: 'password' });
  expect((await call('POST', '/pipelines/pl_x/start')).status).toBe(403);
});

it('says which methods a path takes', async () => {
  const refused = await call('PATCH', '/sources', { body: {} });
  expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS, POST']);
  const options = await call('OPTIONS', '/sources/src_x');
  expect([options.status, options.headers.allow]).toEqual([204, 'DELETE, GET, HEAD, OPTIONS, PATCH']);
  const head = await call('HEAD', '/sources');
  expect([head.status, head.text, Number(head.headers['content-length']) > 0]).toEqual([200, '', true]);
});

it('does repeated work once, and tells the same answer', async () => {
  const headers = { 'Idempotency-Key': 'k-1' };
  const body = { name: 'once', ...SHOP };
  const [first, second] = await Promise.all([1, 2].map(() => call('POST', '/sources', { body, headers })));
  expect([first?.status, second?.status].sort()).toEqual(expect.arrayContaining([201]));
  const third = await call('POST', '/sources', { body, headers });
  expect(third).toMatchObject({ status: 201, headers: { 'idempotent-replayed': 'true' } });
  const made = [first, second].find((answer) => answer?.status === 201);
  expect(third.text).toBe(made?.text);
  const other = await call('POST', '/sources', { body: { ...body, name: 'twice' }, headers });
  expect(other.json()).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
  expect(await site.query(`select name from source where name in ('once', 'twice')`)).toEqual([{ name: 'once' }]);
  const stored = await site.query('select request_sealed, answer_sealed from idempotent_request');
  expect(JSON.stringify(stored.map((row) => String(row.answer_sealed)))).not.toContain('once');
});

it('repeats an answer without a body', async () => {
  const owner = { Cookie: await site.cookieOf('owner'), Origin: site.origin, 'Idempotency-Key': 'k-3' };
  const ended = () => site.send('/api/v1/profile/sessions/end-others', { method: 'POST', headers: owner });
  expect([(await ended()).status, (await ended()).status]).toEqual([200, 200]);
  const made = await call('POST', '/sources', { body: { name: 'watched', ...SHOP } });
  const { id } = made.json() as { id: string };
  await site.query(`insert into destination (id, name, catalog_kind, warehouse, catalog_auth, storage_kind, storage_root)
    values ('dst_9', 'd', 'embedded', 'd', 'bearer', 'file', 'file:///x')`);
  await site.query(
    `insert into pipeline (id, name, source_id, destination_id, namespace, settings, state, desired_state)
     values ('pl_9', 'p', $1, 'dst_9', 'n', '{}', 'running', 'running')`,
    [id],
  );
  const stop = () => site.send('/api/v1/pipelines/pl_9/stop', { method: 'POST', headers: owner });
  const [first, second] = [await stop(), await stop()];
  expect([first.status, second.status, second.headers['idempotent-replayed']]).toEqual([204, 204, 'true']);
});

it('forgets the key of a request that failed', async () => {
  const headers = { 'Idempotency-Key': 'k-2' };
  await call('POST', '/sources', { body: { name: 'taken', ...SHOP } });
  const failed = await call('POST', '/sources', { body: { name: 'taken', ...SHOP }, headers });
  expect(failed.json()).toMatchObject({ status: 409, code: 'NAME_TAKEN', field: 'name' });
  expect((await call('POST', '/sources', { body: { name: 'free', ...SHOP }, headers })).status).toBe(201);
});

it('pages by position: rows that come in between neither repeat nor hide others', async () => {
  for (const name of ['p1', 'p2', 'p3', 'p4']) await call('POST', '/sources', { body: { name, ...SHOP } });
  const seen: string[] = [];
  let cursor = '';
  do {
    const answer = await call('GET', `/sources?search=p&limit=2${cursor && `&cursor=${cursor}`}`);
    const page = answer.json() as { items: { name: string }[]; nextCursor: string | null };
    seen.push(...page.items.map(({ name }) => name));
    cursor = page.nextCursor ?? '';
    if (seen.length === 2) await call('POST', '/sources', { body: { name: 'p0', ...SHOP } });
  } while (cursor !== '');
  expect(seen).toEqual(['p1', 'p2', 'p3', 'p4']);
  const other = await call('GET', '/sources?search=p&limit=2');
  const { nextCursor } = other.json() as { nextCursor: string };
  expect((await call('GET', `/sources?limit=2&sort=-name&cursor=${nextCursor}`)).status).toBe(400);
});

it('limits calls by a counter in the database, and says when to come back', async () => {
  await using narrow = await openSite({ callsMax: 10 });
  const key = await narrow.keyOf('viewer', ['source:read']);
  const headers = { Authorization: `Bearer ${key}` };
  const statuses: number[] = [];
  for (let index = 0; index < 14; index++) statuses.push((await narrow.send('/api/v1/sources', { headers })).status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(10);
  const refused = await narrow.send('/api/v1/sources', { headers });
  expect([refused.status, Number(refused.headers['retry-after']) > 0]).toEqual([429, true]);
  expect((await narrow.send('/api/trpc/sources.list?input=%7B%7D', { headers })).status).toBe(429);
});
