import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  appendOf,
  createTestTable,
  openTestCatalog,
  SCHEMA,
  snapshotOf,
  type TestCatalog,
} from './testing/test-catalog.ts';

let catalog: TestCatalog;
beforeAll(async () => {
  catalog = await openTestCatalog();
});
afterAll(() => catalog[Symbol.asyncDispose]());

describe('configuration and refusals', () => {
  test('config names the prefix, every endpoint and how long keys live', async () => {
    const { status, body } = await catalog.request('GET', '/v1/config?warehouse=lake');
    expect(status).toBe(200);
    expect(body.overrides.prefix).toBe('lake');
    expect(body.endpoints).toContain('POST /v1/{prefix}/transactions/commit');
    expect(body.endpoints).toContain('HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}');
    expect(body['idempotency-key-lifetime']).toBe('PT30M');
    const other = await catalog.request('GET', '/v1/config?warehouse=other');
    expect([other.status, other.body.error.type]).toEqual([404, 'NoSuchWarehouseException']);
  });

  test('unknown actions, malformed bodies, wrong methods and unknown routes have their statuses', async () => {
    const commit = (body: unknown) => catalog.call('POST', '/namespaces/n/tables/t', { body });
    expect((await commit({ requirements: [], updates: [{ action: 'drop-everything' }] })).status).toBe(400);
    expect((await commit({ requirements: [{ type: 'assert-luck' }], updates: [] })).status).toBe(400);
    expect((await commit('{')).status).toBe(400);
    expect((await commit('['.repeat(100_000))).status).toBe(400);
    expect((await catalog.call('PUT', '/namespaces')).status).toBe(405);
    expect((await catalog.call('GET', '/views')).status).toBe(404);
    expect((await catalog.call('HEAD', '/namespaces/none')).body).toBeNull();
  });
});

describe('namespaces', () => {
  test('are created under their parent, listed a level at a time and dropped when empty', async () => {
    const child = await catalog.call('POST', '/namespaces', { body: { namespace: ['a', 'b c'] } });
    expect([child.status, child.body.error.type]).toEqual([404, 'NoSuchNamespaceException']);
    const created = await catalog.call('POST', '/namespaces', {
      body: { namespace: ['a'], properties: { owner: 'x' } },
    });
    expect([created.status, created.body]).toEqual([200, { namespace: ['a'], properties: { owner: 'x' } }]);
    await catalog.call('POST', '/namespaces', { body: { namespace: ['a', 'b c'] } });
    expect((await catalog.call('POST', '/namespaces', { body: { namespace: ['a'] } })).status).toBe(409);
    expect((await catalog.call('GET', '/namespaces?parent=a')).body.namespaces).toEqual([['a', 'b c']]);
    expect((await catalog.call('GET', '/namespaces')).body.namespaces).toContainEqual(['a']);
    for (const path of ['a%1Fb%20c', 'a%1Fb+c']) {
      expect((await catalog.call('GET', `/namespaces/${path}`)).body.namespace).toEqual(['a', 'b c']);
    }
    const full = await catalog.call('DELETE', '/namespaces/a');
    expect([full.status, full.body.error.type]).toEqual([409, 'NamespaceNotEmptyException']);
    expect((await catalog.call('DELETE', '/namespaces/a%1Fb%20c')).status).toBe(204);
    expect((await catalog.call('DELETE', '/namespaces/a')).status).toBe(204);
    expect((await catalog.call('HEAD', '/namespaces/a')).status).toBe(404);
  });

  test('their properties are set and removed, and what was missing is a list', async () => {
    await catalog.call('POST', '/namespaces', { body: { namespace: ['p'], properties: { x: '1', y: '2' } } });
    const update = (body: unknown) => catalog.call('POST', '/namespaces/p/properties', { body });
    const changed = await update({ updates: { z: '3' }, removals: ['x', 'none'] });
    expect(changed.body).toEqual({ updated: ['z'], removed: ['x'], missing: ['none'] });
    expect((await update({ updates: { z: '4' } })).body.missing).toEqual([]);
    expect((await update({ updates: { z: '4' }, removals: ['z'] })).status).toBe(422);
    expect((await catalog.call('GET', '/namespaces/p')).body.properties).toEqual({ y: '2', z: '4' });
  });

  test('pages follow each other without gaps', async () => {
    for (const level of ['q1', 'q2', 'q3']) await catalog.call('POST', '/namespaces', { body: { namespace: [level] } });
    const seen: string[] = [];
    let token = '';
    do {
      const { body } = await catalog.call('GET', `/namespaces?pageSize=1&pageToken=${token}`);
      seen.push(...body.namespaces.map(([level]: string[]) => level));
      token = body['next-page-token'];
    } while (token);
    expect(seen.filter((level) => level.startsWith('q'))).toEqual(['q1', 'q2', 'q3']);
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe('tables', () => {
  test('are created with fresh field ids, loaded, listed, renamed and dropped', async () => {
    const metadata = await createTestTable(catalog, 'life');
    expect(metadata.schemas[0].fields.map((field: { id: number }) => field.id)).toEqual([1, 2, 3]);
    expect(metadata.schemas[0].fields[1].type['element-id']).toBe(4);
    expect(metadata.schemas[0]['identifier-field-ids']).toEqual([1]);
    expect([metadata['last-column-id'], metadata['last-partition-id'], metadata['format-version']]).toEqual([
      4, 999, 2,
    ]);
    const again = await catalog.call('POST', '/namespaces/shop/tables', { body: { name: 'life', schema: SCHEMA } });
    expect([again.status, again.body.error.message]).toEqual([409, 'Table already exists: shop.life']);
    const loaded = await catalog.call('GET', '/namespaces/shop/tables/life');
    expect(loaded.body.metadata).toEqual(metadata);
    expect(loaded.body['metadata-location']).toMatch(/\/metadata\/00000-[0-9a-f-]{36}\.metadata\.json$/);
    const headers = { 'if-none-match': loaded.headers.get('etag') ?? '' };
    expect((await catalog.call('GET', '/namespaces/shop/tables/life', { headers })).status).toBe(304);
    expect((await catalog.call('GET', '/namespaces/shop/tables/life?snapshots=refs', { headers })).status).toBe(200);
    expect((await catalog.call('GET', '/namespaces/shop/tables')).body.identifiers).toContainEqual({
      namespace: ['shop'],
      name: 'life',
    });
    const [source, destination] = [
      { namespace: ['shop'], name: 'life' },
      { namespace: ['shop'], name: 'after life/+' },
    ];
    expect((await catalog.call('POST', '/tables/rename', { body: { source, destination } })).status).toBe(204);
    expect((await catalog.call('HEAD', '/namespaces/shop/tables/life')).status).toBe(404);
    expect((await catalog.call('HEAD', '/namespaces/shop/tables/after+life%2F%2B')).status).toBe(204);
    expect((await catalog.call('DELETE', '/namespaces/shop')).body.error.type).toBe('NamespaceNotEmptyException');
    const location = loaded.body['metadata-location'];
    expect((await catalog.call('DELETE', '/namespaces/shop/tables/after%20life%2F%2B')).status).toBe(204);
    const register = await catalog.call('POST', '/namespaces/shop/register', {
      body: { name: 'back', 'metadata-location': location },
    });
    expect(register.body.metadata['table-uuid']).toBe(metadata['table-uuid']);
    const metrics = await catalog.call('POST', '/namespaces/shop/tables/back/metrics', { body: {} });
    expect(metrics.status).toBe(204);
  });

  test('a staged table exists only after its commit', async () => {
    await createTestTable(catalog, 'other');
    const staged = await catalog.call('POST', '/namespaces/shop/tables', {
      body: { name: 'staged', schema: SCHEMA, 'stage-create': true },
    });
    expect(staged.body['metadata-location']).toBeUndefined();
    expect((await catalog.call('HEAD', '/namespaces/shop/tables/staged')).status).toBe(404);
    const { metadata } = staged.body;
    const commit = {
      requirements: [{ type: 'assert-create' }],
      updates: [
        { action: 'assign-uuid', uuid: metadata['table-uuid'] },
        { action: 'upgrade-format-version', 'format-version': 2 },
        { action: 'add-schema', schema: metadata.schemas[0] },
        { action: 'set-current-schema', 'schema-id': -1 },
        { action: 'add-spec', spec: metadata['partition-specs'][0] },
        { action: 'set-default-spec', 'spec-id': -1 },
        { action: 'add-sort-order', 'sort-order': metadata['sort-orders'][0] },
        { action: 'set-default-sort-order', 'sort-order-id': -1 },
        { action: 'set-location', location: metadata.location },
        { action: 'set-properties', updates: metadata.properties },
      ],
    };
    const created = await catalog.call('POST', '/namespaces/shop/tables/staged', { body: commit });
    expect([created.status, created.body.metadata['table-uuid']]).toEqual([200, metadata['table-uuid']]);
    const second = await catalog.call('POST', '/namespaces/shop/tables/staged', { body: commit });
    expect([second.status, second.body.error.message]).toEqual([409, 'Requirement failed: table already exists']);
  });

  test('locations outside the warehouse are refused', async () => {
    const create = (location: string) =>
      catalog.call('POST', '/namespaces/shop/tables', { body: { name: 'out', schema: SCHEMA, location } });
    for (const location of ['file:///etc', `file://${catalog.folder}/../x`, 's3://b/x', `file://${catalog.folder}`]) {
      expect((await create(location)).status).toBe(400);
    }
  });
});

describe('commits', () => {
  test('of two on the same base exactly one wins, and nothing of the loser stays', async () => {
    const metadata = await createTestTable(catalog, 'race');
    const uuid = metadata['table-uuid'];
    const path = '/namespaces/shop/tables/race';
    let base: bigint | null = null;
    for (let round = 1n; round <= 5n; round++) {
      const ids = [round * 10n, round * 10n + 1n];
      const from: bigint | null = base;
      const answers: Answer[] = await Promise.all(
        ids.map((id) =>
          catalog.call('POST', path, {
            body: appendOf({ uuid, from, snapshot: snapshotOf(id, round, from ?? undefined) }),
          }),
        ),
      );
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409]);
      const loser = answers.find((answer) => answer.status === 409);
      expect(loser?.body.error.type).toBe('CommitFailedException');
      expect(loser?.body.error.message).toMatch(/Requirement failed: branch main (has changed|was created)/);
      base = answers.find((answer) => answer.status === 200)?.body.metadata['current-snapshot-id'];
    }
    const files = await readdir(join(metadata.location.slice('file://'.length), 'metadata'));
    expect(files.length).toBe(6);
    const { body } = await catalog.call('GET', path);
    expect(body.metadata['metadata-log'].length).toBe(5);
  });

  test('without requirements both of two racing commits apply', async () => {
    await createTestTable(catalog, 'both');
    const path = '/namespaces/shop/tables/both';
    const set = (key: string) =>
      catalog.call('POST', path, {
        body: { requirements: [], updates: [{ action: 'set-properties', updates: { [key]: '1' } }] },
      });
    expect((await Promise.all([set('x'), set('y'), set('z')])).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await catalog.call('GET', path)).body.metadata.properties).toMatchObject({ x: '1', y: '1', z: '1' });
  });

  test('a commit without effect writes no file', async () => {
    await createTestTable(catalog, 'same');
    const path = '/namespaces/shop/tables/same';
    const before = (await catalog.call('GET', path)).body;
    const body = { requirements: [], updates: [{ action: 'set-current-schema', 'schema-id': 0 }] };
    const after = (await catalog.call('POST', path, { body })).body;
    expect(after['metadata-location']).toBe(before['metadata-location']);
  });

  test('a 63-bit id comes back digit for digit', async () => {
    const metadata = await createTestTable(catalog, 'wide');
    const id = 3051729675574597004n;
    const body = appendOf({ uuid: metadata['table-uuid'], from: null, snapshot: snapshotOf(id, 1n) });
    const answer = await catalog.call('POST', '/namespaces/shop/tables/wide', { body });
    expect(answer.body.metadata['current-snapshot-id']).toBe(id);
  });

  test('old metadata files leave the log, and the disk where the table asks for it', async () => {
    const metadata = await createTestTable(catalog, 'trim');
    const path = '/namespaces/shop/tables/trim';
    const set = (updates: Record<string, string>) =>
      catalog.call('POST', path, { body: { requirements: [], updates: [{ action: 'set-properties', updates }] } });
    await set({ 'write.metadata.previous-versions-max': '2', 'write.metadata.delete-after-commit.enabled': 'true' });
    for (let round = 0; round < 5; round++) await set({ round: String(round) });
    const files = await readdir(join(metadata.location.slice('file://'.length), 'metadata'));
    expect(files.length).toBe(3);
    expect((await catalog.call('GET', path)).body.metadata['metadata-log'].length).toBe(2);
  });
});
