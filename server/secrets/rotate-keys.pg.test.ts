import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Database, openDatabase } from '@/db/client.ts';
import { openTestDatabase, type TestDatabase } from '@/db/testing/test-database.ts';
import { once } from '@/server/api/rest/idempotency.ts';
import { memberActor, SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { clientSecretPlace } from '@/server/auth/sign-in/sign-in-view.ts';
import { loadConfig } from '@/server/config/config.ts';
import { createDestination } from '@/server/destinations/create-destination.ts';
import { openDestination } from '@/server/destinations/open-destination.ts';
import { createSource } from '@/server/sources/create-source.ts';
import { openSource } from '@/server/sources/open-source.ts';
import { rotateKeys, SEALED_COLUMNS } from './rotate-keys.ts';
import { createSealer, type Sealer } from './seal.ts';

const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
const before = createSealer(oldKey);
const between = createSealer(newKey, oldKey);
const after = createSealer(newKey);
const owner = memberActor({ id: 'mem_o', role: 'owner' }, null);

let test: TestDatabase;
let database: Database;
beforeEach(async () => {
  test = await openTestDatabase({ migrated: true });
  database = openDatabase(test.url);
});
afterEach(async () => {
  await database.close();
  await test[Symbol.asyncDispose]();
});

const { config } = loadConfig({
  DATABASE_URL: 'postgres://nobody@127.0.0.1/x',
  REDIS_URL: 'redis://127.0.0.1:1',
  PHILOTES_ENCRYPTION_KEY: newKey.toString('base64'),
  PHILOTES_SESSION_SECRET: 's'.repeat(32),
  PHILOTES_INTERNAL_KEY: 'i'.repeat(32),
});

const shop = { host: 'db.example.com', database: 'shop', username: 'reader', password: 'hunter2hunter2' };
const lake = {
  catalog: {
    kind: 'rest',
    uri: 'https://catalog.example.com',
    warehouse: 'w',
    auth: { kind: 'oauth2', clientId: 'c', clientSecret: 's3cret', scope: 'lake' },
  },
  storage: { kind: 's3', root: 's3://bucket/lake', credentials: { accessKeyId: 'a', secretAccessKey: 'k' } },
} as const;

async function store(sealer: Sealer) {
  const deps = { database, sealer, config };
  const source = await createSource(deps, owner, { name: 'shop', ...shop });
  const destination = await createDestination(deps, owner, { name: 'lake', ...lake });
  const values = [sealer.seal('idp-secret', clientSecretPlace)];
  await test.query(
    `insert into oidc_setting (id, enabled, name, issuer, client_id, client_secret_sealed, scopes, groups_claim, allowed_domains, group_roles)
     values ('oidc', true, 'x', 'https://id.example.com', 'c', $1, 'openid', 'groups', '[]', '[]')`,
    values,
  );
  const request = { actor: 'member:m', route: 'POST /a "quoted" b', key: 'k1', input: { a: 1 } };
  await once(deps, request, async () => ({ status: 201, headers: {}, body: { id: 'made' } }));
  return { source, destination, request };
}

it('knows every column that is sealed', async () => {
  const columns = await test.query<{ place: string }>(
    `select table_name || '.' || column_name as place from information_schema.columns
      where column_name like '%\\_sealed' and table_schema = 'public'`,
  );
  expect(columns.map(({ place }) => place).toSorted()).toEqual(
    SEALED_COLUMNS.map(([table, column]) => `${table}.${column}`).toSorted(),
  );
});

it('seals all secrets with the new key, so that the old one is needed no more', async () => {
  const { source, destination, request } = await store(before);
  expect(await rotateKeys({ database, sealer: between }, SYSTEM_ACTOR)).toEqual({
    sealedAnew: 6,
    current: 0,
    unreadable: [],
  });
  const deps = { database, sealer: after, config, secrets: { internalKey: 'i' } };
  expect((await openSource(deps, source.id)).password).toBe(shop.password);
  expect(await openDestination(deps, destination.id)).toMatchObject({
    catalog: { auth: lake.catalog.auth },
    storage: { credentials: lake.storage.credentials },
  });
  const [oidc] = await test.query<{ sealed: Buffer }>('select client_secret_sealed as sealed from oidc_setting');
  expect(after.open(oidc?.sealed ?? Buffer.alloc(0), clientSecretPlace)).toBe('idp-secret');
  const repeated = await once(deps, request, () => Promise.reject(new Error('it was done already')));
  expect(repeated).toMatchObject({ status: 201, body: { id: 'made' } });
  expect(await test.query(`select actor, detail from audit_entry where action = 'keys.rotate'`)).toEqual([
    { actor: 'system', detail: { sealedAnew: 6, current: 0, unreadable: [] } },
  ]);
  expect(await rotateKeys({ database, sealer: after }, SYSTEM_ACTOR)).toMatchObject({ sealedAnew: 0, current: 6 });
});

it('leaves what opens with neither key, and names it', async () => {
  const { source } = await store(createSealer(randomBytes(32)));
  const { sealedAnew, unreadable } = await rotateKeys({ database, sealer: between }, SYSTEM_ACTOR);
  expect([sealedAnew, unreadable.length]).toEqual([0, 6]);
  expect(unreadable).toContain(`source.password_sealed of ${source.id}`);
});

it('is done on the host only', async () => {
  await expect(rotateKeys({ database, sealer: between }, owner)).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
