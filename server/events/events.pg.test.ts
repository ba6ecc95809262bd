import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Database, openDatabase } from '@/db/client.ts';
import { type SeededPipeline, seedPipelines } from '@/db/testing/seed-pipelines.ts';
import { openTestDatabase, type TestDatabase } from '@/db/testing/test-database.ts';
import { type Actor, memberActor } from '@/server/auth/actor.ts';
import { silentLog } from '@/server/platform/logger.ts';
import { createEventHub, type EventHub } from './event-hub.ts';

let test: TestDatabase;
let database: Database;
let hub: EventHub;
let pipelines: SeededPipeline[];
let url: string;
let actor: Actor | null;
let server: ReturnType<typeof createServer>;
beforeEach(async () => {
  test = await openTestDatabase({ migrated: true });
  database = openDatabase(test.url);
  pipelines = await seedPipelines(database.pool, { count: 3 });
  hub = createEventHub({ database, log: silentLog });
  actor = memberActor({ id: 'mem_1', role: 'viewer' }, null);
  server = createServer((request, response) => {
    hub.serve({ request, response, authenticate: async () => actor }).catch(() => response.writeHead(401).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
});
afterEach(async () => {
  hub.close();
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await database.close();
  await test[Symbol.asyncDispose]();
});

type Event = { id: string; name: string; data: Record<string, unknown> };

/** Reads a stream; `until` resolves with the first event that fits. */
async function listen(lastEventId?: string) {
  const abort = new AbortController();
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId };
  const response = await fetch(url, { headers, signal: abort.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const seen: Event[] = [];
  let text = '';
  const next = async (): Promise<boolean> => {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) return false;
    text += value;
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1] ?? '';
      if (field('event')) seen.push({ id: field('id'), name: field('event'), data: JSON.parse(field('data')) });
    }
    return true;
  };
  return {
    seen,
    async until(fits: (event: Event) => boolean): Promise<Event> {
      for (;;) {
        const found = seen.find(fits);
        if (found) return found;
        if (!(await next())) throw new Error(`the stream ended after ${JSON.stringify(seen)}`);
      }
    },
    async end(): Promise<void> {
      while (await next());
    },
    leave: () => abort.abort(),
  };
}

const named = (name: string) => (event: Event) => event.name === name;

it('tells what changed, and nothing else', async () => {
  const stream = await listen();
  expect((await stream.until(named('ready'))).data).toEqual({ resumed: false });
  await test.query(`update pipeline set state = 'needs_attention', error_code = 'SOURCE_REFUSED' where id = $1`, [
    pipelines[1]?.id,
  ]);
  const told = await stream.until(
    ({ name, data }) => name === 'pipeline' && data.id === pipelines[1]?.id && 'state' in Object(data.changed),
  );
  expect(told.data.changed).toMatchObject({ state: 'needs_attention', error: { code: 'SOURCE_REFUSED' } });
  expect(told.data.changed).not.toHaveProperty('name');
  await test.query(`update pipeline_table set state = 'paused' where id = $1`, [pipelines[0]?.tableId]);
  expect((await stream.until(named('table'))).data).toMatchObject({
    pipelineId: pipelines[0]?.id,
    changed: { state: 'paused' },
  });
  await test.query(`delete from pipeline where id = $1`, [pipelines[2]?.id]);
  await stream.until(({ data }) => data.id === pipelines[2]?.id && data.removed === true);
  stream.leave();
});

it('goes on where a cut stream ended, and says when it cannot', async () => {
  const first = await listen();
  const { id } = await first.until(named('ready'));
  first.leave();
  await test.query(`update source set version = version + 1`);
  const second = await listen(id);
  expect((await second.until(named('ready'))).data).toEqual({ resumed: true });
  await second.until(named('source'));
  second.leave();
  const third = await listen('elsewhere.7');
  expect((await third.until(named('ready'))).data).toEqual({ resumed: false });
  third.leave();
});

it('says nothing that its reader may not know', async () => {
  actor = { ...memberActor({ id: 'mem_1', role: 'viewer' }, null), scopes: new Set(['pipeline:read']) };
  const stream = await listen();
  await stream.until(named('ready'));
  await test.query(`update source set version = version + 1`);
  await test.query(
    `insert into inquiry (id, kind, asked_by, question_sealed, expires_at)
     values ('inq_1', 'source-test', 'member:mem_2', '', now() + interval '1 minute')`,
  );
  await test.query(`update pipeline set state = 'copying' where id = $1`, [pipelines[0]?.id]);
  await stream.until(named('pipeline'));
  expect(stream.seen.map(({ name }) => name).filter((name) => name === 'source' || name === 'connection-test')).toEqual(
    [],
  );
  stream.leave();
});

it('ends within seconds of a sign-out, and is closed to strangers', async () => {
  const stream = await listen();
  await stream.until(named('ready'));
  actor = null;
  expect((await stream.until(named('bye'))).data).toEqual({ reason: 'signed-out' });
  await stream.end();
  expect((await fetch(url)).status).toBe(401);
});

it('ends at once when the process does', async () => {
  const stream = await listen();
  await stream.until(named('ready'));
  const began = performance.now();
  hub.close();
  expect((await stream.until(named('bye'))).data).toEqual({ reason: 'restart' });
  await stream.end();
  expect(performance.now() - began).toBeLessThan(1_000);
});
