import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MetadataStore } from './metadata-store.ts';
import { appendOf, createTestTable, openTestCatalog, snapshotOf, type TestCatalog } from './testing/test-catalog.ts';

let catalog: TestCatalog;
beforeAll(async () => {
  catalog = await openTestCatalog();
});
afterAll(() => catalog[Symbol.asyncDispose]());

const changeOf = (name: string, uuid: string, options: { from: bigint | null; id: bigint; sequence: bigint }) => ({
  identifier: { namespace: ['shop'], name },
  ...appendOf({
    uuid,
    from: options.from,
    snapshot: snapshotOf(options.id, options.sequence, options.from ?? undefined),
  }),
});
const transact = (changes: unknown[], headers = {}) =>
  catalog.call('POST', '/transactions/commit', { body: { 'table-changes': changes }, headers });
const currentOf = async (name: string) =>
  (await catalog.call('GET', `/namespaces/shop/tables/${name}`)).body.metadata['current-snapshot-id'];
const filesOf = (metadata: { location: string }) =>
  readdir(join(metadata.location.slice('file://'.length), 'metadata'));

test('all tables of a transaction change, or none and no file stays', async () => {
  const [a, b] = [await createTestTable(catalog, 'a'), await createTestTable(catalog, 'b')];
  const first = { from: null, id: 1n, sequence: 1n };
  const answer = await transact([changeOf('b', b['table-uuid'], first), changeOf('a', a['table-uuid'], first)]);
  expect([answer.status, answer.body]).toEqual([204, null]);
  expect([await currentOf('a'), await currentOf('b')]).toEqual([1n, 1n]);

  const next = { from: 1n, id: 2n, sequence: 2n };
  const stale = { from: 7n, id: 2n, sequence: 2n };
  const refused = await transact([changeOf('a', a['table-uuid'], next), changeOf('b', b['table-uuid'], stale)]);
  expect([refused.status, refused.body.error.type]).toEqual([409, 'CommitFailedException']);
  expect([await currentOf('a'), await currentOf('b')]).toEqual([1n, 1n]);
  expect([(await filesOf(a)).length, (await filesOf(b)).length]).toEqual([2, 2]);

  const missing = await transact([changeOf('a', a['table-uuid'], next), changeOf('none', a['table-uuid'], next)]);
  expect([missing.status, missing.body.error.type]).toEqual([404, 'NoSuchTableException']);
  const twice = await transact([changeOf('a', a['table-uuid'], next), changeOf('a', a['table-uuid'], next)]);
  expect(twice.status).toBe(400);
});

test('transactions over the same tables in opposite order neither deadlock nor mix', async () => {
  const [c, d] = [await createTestTable(catalog, 'c'), await createTestTable(catalog, 'd')];
  for (let round = 1n; round <= 8n; round++) {
    const from = round === 1n ? null : await currentOf('c');
    const changes = (id: bigint) => [
      changeOf('c', c['table-uuid'], { from, id, sequence: round }),
      changeOf('d', d['table-uuid'], { from, id, sequence: round }),
    ];
    const answers = await Promise.all([transact(changes(round * 10n)), transact(changes(round * 10n + 1n).reverse())]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    expect(await currentOf('c')).toBe(await currentOf('d'));
  }
});

test('a repeated request under its key has the first outcome, another request under it is refused', async () => {
  const e = await createTestTable(catalog, 'e');
  const headers = { 'idempotency-key': '01900000-0000-7000-8000-000000000001' };
  const changes = [changeOf('e', e['table-uuid'], { from: null, id: 1n, sequence: 1n })];
  const answers = await Promise.all([transact(changes, headers), transact(changes, headers)]);
  expect(answers.map(({ status }) => status)).toEqual([204, 204]);
  expect((await transact(changes, headers)).status).toBe(204);
  expect((await transact(changes)).status).toBe(409);
  const other = [changeOf('e', e['table-uuid'], { from: 1n, id: 2n, sequence: 2n })];
  expect((await transact(other, headers)).status).toBe(422);
  expect((await transact(other, { 'idempotency-key': 'tuesday' })).status).toBe(400);

  const body = { name: 'keyed', schema: e.schemas[0] };
  const create = () =>
    catalog.call('POST', '/namespaces/shop/tables', {
      body,
      headers: { 'idempotency-key': '01900000-0000-7000-8000-000000000002' },
    });
  const [once, again] = [await create(), await create()];
  expect(again.status).toBe(200);
  expect(again.body.metadata['table-uuid']).toBe(once.body.metadata['table-uuid']);
});

test('a refusal of the guard undoes the commit of every table', async () => {
  const seen: string[] = [];
  await using guarded = await openTestCatalog({
    guardCommit: async (_tx, commits) => {
      seen.push(
        ...commits.map(({ identifier, after }) => `${identifier.name} ${after.properties['philotes.lease-token']}`),
      );
      return commits.some(({ after }) => after.properties['philotes.lease-token'] === '1') ? 'lease lost' : null;
    },
  });
  await createTestTable(guarded, 'g');
  const commit = (token: string) =>
    guarded.call('POST', '/namespaces/shop/tables/g', {
      body: { requirements: [], updates: [{ action: 'set-properties', updates: { 'philotes.lease-token': token } }] },
    });
  expect((await commit('2')).status).toBe(200);
  const refused = await commit('1');
  expect([refused.status, refused.body.error]).toEqual([
    409,
    { message: 'lease lost', type: 'CommitFailedException', code: 409 },
  ]);
  const { body } = await guarded.call('GET', '/namespaces/shop/tables/g');
  expect(body.metadata.properties['philotes.lease-token']).toBe('2');
  expect(seen).toEqual(['g 2', 'g 1']);
});

test('the metadata file is durable before the pointer moves, and a failed write moves nothing', async () => {
  const order: string[] = [];
  let broken = false;
  await using own = await openTestCatalog({
    guardCommit: async () => {
      order.push('pointer');
      return null;
    },
    findWarehouse: async () => {
      const store: MetadataStore = {
        ...own.store,
        async write(uri, bytes) {
          if (broken) throw new Error('disk full');
          await own.store.write(uri, bytes);
          order.push('file');
        },
      };
      return { name: 'lake', location: `file://${own.folder}`, store };
    },
  });
  await createTestTable(own, 'h');
  const commit = () =>
    own.call('POST', '/namespaces/shop/tables/h', {
      body: { requirements: [], updates: [{ action: 'set-properties', updates: { x: '1' } }] },
    });
  order.length = 0;
  expect((await commit()).status).toBe(200);
  expect(order).toEqual(['file', 'pointer']);
  const before = (await own.call('GET', '/namespaces/shop/tables/h')).body['metadata-location'];
  broken = true;
  const failed = await own.call('POST', '/namespaces/shop/tables/h', {
    body: { requirements: [], updates: [{ action: 'set-properties', updates: { x: '2' } }] },
  });
  expect([failed.status, failed.body.error.message]).toEqual([500, 'The catalog failed; its log says why']);
  expect((await own.call('GET', '/namespaces/shop/tables/h')).body['metadata-location']).toBe(before);
});

test('a reader may look but not write, a stranger neither', async () => {
  const scopes: { current: ('catalog:read' | 'catalog:write')[] | null } = { current: ['catalog:read'] };
  await using own = await openTestCatalog({
    authorize: async () => (scopes.current ? { scopes: scopes.current } : null),
  });
  expect((await own.call('GET', '/namespaces')).status).toBe(200);
  const denied = await own.call('POST', '/namespaces', { body: { namespace: ['x'] } });
  expect([denied.status, denied.body.error.type]).toEqual([403, 'ForbiddenException']);
  scopes.current = null;
  for (const path of ['/v1/config', '/v1/lake/namespaces', '/v1/none/namespaces', '/anything']) {
    const answer = await own.request('GET', path);
    expect([answer.status, answer.body.error.type]).toEqual([401, 'NotAuthorizedException']);
  }
});
