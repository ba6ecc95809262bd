import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSite, type Site } from '@/server/web/testing/open-site.ts';

let site: Site;
let cookie: string;
beforeAll(async () => {
  site = await openSite();
  cookie = await site.cookieOf('owner');
});
afterAll(() => site[Symbol.asyncDispose]());

const get = (path: string, headers: Record<string, string> = { Cookie: cookie }) =>
  site.send(`/api/trpc/${path}`, { headers });
const post = (path: string, body: unknown, headers: Record<string, string> = { Origin: site.origin }) =>
  site.send(`/api/trpc/${path}`, {
    method: 'POST',
    headers: { Cookie: cookie, 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const input = (value: unknown) => `input=${encodeURIComponent(JSON.stringify(value))}`;

it('answers queries of somebody who is signed in', async () => {
  expect((await get(`system.me?${input({})}`)).json()).toMatchObject({
    result: { data: { email: 'owner@example.com', role: 'owner' } },
  });
});

it('tells failures as problems that name field, remedy and request', async () => {
  const refused = await get(`sources.list?${input({ limit: 0 })}`);
  expect([refused.status, refused.json()]).toMatchObject([
    400,
    { error: { data: { httpStatus: 400, problem: { code: 'INVALID_INPUT', field: 'limit' } } } },
  ]);
  expect((await get(`sources.get?${input({ id: 'src_x' })}`)).json()).toMatchObject({
    error: { message: 'there is no source src_x', data: { code: 'NOT_FOUND', problem: { status: 404 } } },
  });
  expect((await get(`sources.list?${input({})}`, {})).status).toBe(401);
  expect((await get('nothing.here')).status).toBe(404);
});

it('changes nothing by GET, for another site, or out of a form', async () => {
  expect((await get(`sources.delete?${input({ id: 'src_x' })}`)).status).toBe(405);
  expect((await post('sources.delete', { id: 'src_x' }, {})).status).toBe(403);
  expect((await post('sources.delete', { id: 'src_x' }, { Origin: 'http://evil.example.com' })).status).toBe(403);
  const form = { Origin: site.origin, 'Content-Type': 'text/plain' };
  expect((await post('sources.delete', { id: 'src_x' }, form)).status).toBe(415);
  expect((await post('sources.delete', { id: 'src_x' })).status).toBe(404);
});

it('takes twenty calls in one request and a megabyte at most', async () => {
  const inputs = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [index, {}]));
  const many = (count: number) => Array.from({ length: count }, () => 'system.me').join(',');
  expect((await get(`${many(20)}?batch=1&${input(inputs)}`)).status).toBe(200);
  expect((await get(`${many(21)}?batch=1&${input(inputs)}`)).status).toBe(400);
  expect((await post('sources.delete', { id: 'x'.repeat(1024 * 1024) })).status).toBe(413);
});

it('tells a limit as a problem, too', async () => {
  await using narrow = await openSite({ callsMax: 1 });
  const headers = { Cookie: await narrow.cookieOf('viewer') };
  const ask = () => narrow.send(`/api/trpc/system.me?${input({})}`, { headers });
  await ask();
  expect((await ask()).json()).toMatchObject({
    error: { data: { httpStatus: 429, problem: { code: 'RATE_LIMITED', retryAfterS: expect.any(Number) } } },
  });
});

it('puts a refusal on record', async () => {
  const viewer = await site.cookieOf('viewer');
  const refused = await post('sources.delete', { id: 'src_x' }, { Cookie: viewer, Origin: site.origin });
  expect(refused.status).toBe(403);
  expect(await site.query(`select action, subject from audit_entry where action like '%refused'`)).toEqual([
    { action: 'source.delete.refused', subject: 'source:write' },
  ]);
});
