import { expect, it } from 'vitest';
import { createPhilotes } from './client.ts';
import { retryingFetch } from './retrying-fetch.ts';

/** Answers with these statuses, one after the other; 0 is a broken connection. */
function server(statuses: number[], headers: Record<string, string> = {}) {
  const bodies: string[] = [];
  const fetch = async (request: Request) => {
    bodies.push(await request.text());
    const status = statuses[bodies.length - 1] ?? 200;
    if (status === 0) throw new TypeError('fetch failed');
    return new Response(null, { status, headers });
  };
  return { bodies, send: retryingFetch(fetch, { retriesMax: 3 }) };
}
const request = (method: string, headers: Record<string, string> = {}) =>
  new Request('http://127.0.0.1/x', { method, headers, ...(method === 'GET' ? {} : { body: 'body' }) });
const KEY = { 'Idempotency-Key': 'k' };

it('reads again after a broken connection, and gives up after some time', async () => {
  const twice = server([0, 503, 200]);
  expect((await twice.send(request('GET'))).status).toBe(200);
  expect(twice.bodies).toHaveLength(3);
  const never = server([0, 0, 0, 0, 0], { 'Retry-After': '0' });
  await expect(never.send(request('GET'))).rejects.toThrow('fetch failed');
  expect(never.bodies).toHaveLength(4);
}, 20_000);

it('repeats a change only with a key, or when it was not even looked at', async () => {
  const keyed = server([0, 200]);
  await keyed.send(request('POST', KEY));
  expect(keyed.bodies).toEqual(['body', 'body']);
  const broken = server([0]);
  await expect(broken.send(request('PATCH'))).rejects.toThrow();
  expect(broken.bodies).toHaveLength(1);
  const limited = server([429, 200], { 'Retry-After': '0' });
  expect((await limited.send(request('PATCH'))).status).toBe(200);
  const failed = server([503, 200]);
  expect((await failed.send(request('DELETE'))).status).toBe(503);
});

it('says what answered when it was not Philotes', async () => {
  const answer = Object.assign(new Response('<html>', { status: 404, headers: { 'Content-Type': 'text/html' } }), {});
  Object.defineProperty(answer, 'url', { value: 'http://proxy.example.com/api/v1/me' });
  const philotes = createPhilotes({ url: 'http://proxy.example.com', fetch: async () => answer });
  await expect(philotes.GET('/me')).rejects.toMatchObject({
    code: 'UNEXPECTED_ANSWER',
    problem: { detail: expect.stringContaining('proxy.example.com'), status: 404 },
  });
});
