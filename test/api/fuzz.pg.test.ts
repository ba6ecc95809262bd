import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Log } from '@/server/platform/logger.ts';
import { openSite, type Site } from '@/server/web/testing/open-site.ts';
import { fromSchema } from './from-schema.ts';
import { hostile, spoiled } from './hostile.ts';
import { OPERATIONS, type Operation, SCHEMAS } from './operations.ts';

/** Requests for each operation; `PHILOTES_FUZZ_RUNS=2000 PHILOTES_FUZZ_SEED=7` looks further, or at one seed again. */
const RUNS = Number(process.env.PHILOTES_FUZZ_RUNS ?? 25);
const SEED = Number(process.env.PHILOTES_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));

const faults: unknown[] = [];
/** All that people defined, as of the last change; null when it has to be read. */
let present: string | null = null;
let site: Site;
let cookie: string;
beforeAll(async () => {
  const log = { ...quiet(), error: (message: string, fields?: object) => void faults.push({ message, ...fields }) };
  site = await openSite({ log: { ...log, child: quiet } });
  cookie = await site.cookieOf('owner');
});
beforeEach(async () => {
  faults.length = 0;
  present = null;
  await define(site);
});
afterAll(() => site[Symbol.asyncDispose]());

const quiet = (): Log => ({
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: quiet,
});

/** A stream does not end; it has tests of its own. */
const ENDING = OPERATIONS.filter(({ id }) => id !== 'events');

it.each(ENDING.map((operation) => [operation.id, operation] as const))(
  '%s answers anything as the document says, and refuses without a trace',
  async (_, operation) => {
    await fc.assert(
      fc.asyncProperty(requests(operation), async (request) => {
        present ??= await digest();
        const answer = await site.send(request.path, {
          method: request.method,
          headers: { Cookie: cookie, Origin: site.origin, ...request.headers },
          ...(request.body === undefined ? {} : { body: request.body }),
        });
        const problem = answer.status >= 400 ? answer.text : '';
        expect([answer.status, problem, faults]).toEqual([expect.toSatisfy(isDocumented(operation)), problem, []]);
        if (answer.status < 400) {
          if (request.method !== 'GET') present = null;
          return;
        }
        expect(answer.headers['content-type']).toBe('application/problem+json');
        expect(answer.json()).toMatchObject({ code: expect.any(String), remedy: expect.any(String) });
        if (request.method !== 'GET') expect(await digest()).toBe(present);
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
  },
);

const isDocumented = (operation: Operation) => (status: number) =>
  operation.statuses.some((known) => known === String(status) || (known === '4XX' && status >= 400 && status < 500));

type Request = { method: string; path: string; headers: Record<string, string>; body: string | undefined };

/** A fitting request, or one that is hostile in one place. */
const requests = (operation: Operation): fc.Arbitrary<Request> =>
  fc
    .constantFrom('nowhere', 'nowhere', 'path', 'query', 'body', 'body', 'header')
    .chain((where) => request(operation, where));

function request({ method, path, parameters, body }: Operation, hostileIn: string): fc.Arbitrary<Request> {
  const named = (place: string) => parameters.filter((parameter) => parameter.in === place);
  const queries = fc.record(
    Object.fromEntries(
      named('query').map(({ name, schema }) => [name, hostileIn === 'query' ? hostile : fromSchema(schema, SCHEMAS)]),
    ),
    { requiredKeys: named('query').flatMap(({ name, required }) => (required ? [name] : [])) },
  );
  const places = fc.record(
    Object.fromEntries(
      named('path').map(({ name, schema }) => [
        name,
        hostileIn === 'path' ? fc.oneof(fromSchema(schema, SCHEMAS), hostile) : fc.constantFrom(...idsFor(path, name)),
      ]),
    ),
  );
  const fitting = body === null ? fc.constant(undefined) : fromSchema(body, SCHEMAS);
  const bodies = fitting.map((value) => JSON.stringify(value));
  const headers = hostileIn === 'header' ? HEADERS : fc.constant({});
  return fc
    .tuple(places, queries, hostileIn === 'body' ? spoiledBodies(fitting) : bodies, headers)
    .map(([place, query, text, sent]) => ({
      method,
      path: `/api/v1${path.replace(/\{([^}]+)\}/g, (_, name: string) => segment(place[name]))}${queryOf(query)}`,
      headers: { ...(text === undefined ? {} : { 'Content-Type': 'application/json' }), ...defined(sent) },
      body: text,
    }));
}

const HEADERS = fc.record(
  {
    'If-Match': fc.constantFrom('"1"', '"0"', '*', 'W/"1"', '"x"'),
    'Idempotency-Key': fc.constantFrom('a', 'b', 'a b', 'x'.repeat(300)),
    'Content-Type': fc.constantFrom('application/json', 'text/plain', 'application/json; charset=utf-16', ''),
  },
  { requiredKeys: [] },
);

const spoiledBodies = (fitting: fc.Arbitrary<unknown>): fc.Arbitrary<string | undefined> =>
  fc.oneof(
    { arbitrary: spoiled(fitting).map((value) => JSON.stringify(value)), weight: 5 },
    { arbitrary: fc.oneof(fc.string(), fc.constantFrom(undefined, '{', '[1]', '"x"', '{"__proto__":1}')), weight: 1 },
  );

const segment = (value: unknown): string => encodeURIComponent(plain(value).replace(/\p{Surrogate}/gu, '')) || 'x';
const plain = (value: unknown): string =>
  (typeof value === 'object' ? JSON.stringify(value) : String(value)).slice(0, 500);

function queryOf(query: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const entry of Array.isArray(value) ? value : [value]) parameters.append(name, plain(entry));
  }
  return parameters.size === 0 ? '' : `?${parameters}`;
}

const defined = (headers: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

/** Ids that exist, so that requests get past the first look. */
function idsFor(path: string, name: string): string[] {
  if (name === 'tableId' || path.startsWith('/pipelines/{pipelineId}/dead-letters/{id}'))
    return name === 'pipelineId' ? ['pl_1'] : ['1'];
  if (name === 'pipelineId' || path.startsWith('/pipelines/{id}')) return ['pl_1'];
  // No worker answers here, and twenty seconds are long.
  if (name === 'destinationId') return ['dst_none'];
  if (path.startsWith('/destinations/')) return ['dst_1'];
  if (path.startsWith('/members/')) return ['mem_guest'];
  return ['src_1'];
}

/** One of each; the source refuses connections at once. */
async function define({ query }: Site): Promise<void> {
  await query('truncate source, destination, pipeline restart identity cascade');
  await query(`delete from member where id = 'mem_guest'`);
  await query(`insert into source (id, name, host, port, database, username, tls_mode)
    values ('src_1', 'shop', '127.0.0.1', 1, 'd', 'u', 'disable')`);
  await query(`insert into destination (id, name, catalog_kind, warehouse, catalog_auth, storage_kind, storage_root)
    values ('dst_1', 'lake', 'embedded', 'lake', 'bearer', 'file', 'file:///nowhere')`);
  await query(`insert into pipeline (id, name, source_id, destination_id, namespace, settings)
    values ('pl_1', 'p', 'src_1', 'dst_1', 'n', '{}')`);
  await query(`insert into pipeline_table (pipeline_id, source_schema, source_table, lake_name, mirror, changelog)
    values ('pl_1', 'public', 'orders', 'orders', true, false)`);
  await query(`insert into dead_letter (pipeline_table_id, epoch, lsn, ordinal, op, column_name, reason, schema_hash, payload)
    select id, 1, '0/10', 1, 'i', 'placed_at', 'before the common era', 'h', 'i,16,1,0,5,,"7"' from pipeline_table`);
  await query(`insert into member (id, email, role) values ('mem_guest', 'guest@example.com', 'viewer')`);
}

const KEPT = [
  'source',
  'destination',
  'pipeline',
  'pipeline_table',
  'dead_letter',
  'member',
  'api_key',
  'oidc_setting',
];

/** All that people define, in one line. */
async function digest(): Promise<string> {
  // What the last check of a source found was observed, not defined.
  const text = `(to_jsonb(t) - 'last_check')::text`;
  const parts = KEPT.map(
    (table) => `(select coalesce(md5(string_agg(${text}, ',' order by ${text})), '') from ${table} t)`,
  );
  const [row] = await site.query<{ all: string }>(`select concat_ws(' ', ${parts.join(', ')}) as all`);
  return row?.all ?? '';
}
