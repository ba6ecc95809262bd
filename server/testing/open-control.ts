import { randomBytes } from 'node:crypto';
import { openDatabase } from '@/db/client.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { memberActor, SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { loadConfig } from '@/server/config/config.ts';
import { createDestination } from '@/server/destinations/create-destination.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { silentLog } from '@/server/platform/logger.ts';
import { silentNudge } from '@/server/queue/nudge.ts';
import { createSealer } from '@/server/secrets/seal.ts';
import { createSource } from '@/server/sources/create-source.ts';

/** A source that a use-case accepts; nothing connects to it. */
export const SOURCE = {
  name: 'shop',
  host: 'db.example.com',
  database: 'shop',
  username: 'philotes',
  password: 'hunter2hunter2',
};

/** What the use-cases work with, over a database of its own. */
export async function openControl() {
  const test = await openTestDatabase({ migrated: true });
  const { config, secrets } = loadConfig({
    DATABASE_URL: test.url,
    REDIS_URL: 'redis://127.0.0.1:1',
    PHILOTES_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    PHILOTES_SESSION_SECRET: 's'.repeat(32),
    PHILOTES_INTERNAL_KEY: 'i'.repeat(32),
    PHILOTES_DATA_DIR: '/srv/philotes',
  });
  const database = openDatabase(test.url);
  const sealer = createSealer(secrets.encryptionKey);
  return {
    deps: { database, sealer, config, secrets, log: silentLog, nudge: silentNudge },
    query: test.query,
    connection: test.connection,
    async [Symbol.asyncDispose]() {
      await database.close();
      await test[Symbol.asyncDispose]();
    },
  };
}

export type Control = Awaited<ReturnType<typeof openControl>>;

/** The same with a source that is this database, a destination, and a pipeline of two tables. */
export async function openWithPipeline() {
  const control = await openControl();
  const { user: username, ...place } = control.connection;
  const source = await createSource(control.deps, SYSTEM_ACTOR, {
    name: 'shop',
    ...place,
    username,
    tlsMode: 'disable',
  });
  await control.query('create table public.orders (id integer primary key)');
  await control.query('create table public.items (id integer primary key)');
  await control.query('create schema crm');
  await control.query('create table crm."People" (id integer primary key)');
  const destination = await createDestination(control.deps, SYSTEM_ACTOR, { name: 'lake' });
  const pipeline = await createPipeline(control.deps, SYSTEM_ACTOR, {
    name: 'orders',
    sourceId: source.id,
    destinationId: destination.id,
    namespace: 'shop',
    tables: [
      { schema: 'public', table: 'orders' },
      { schema: 'crm', table: 'People', mirror: true, changelog: true },
    ],
  });
  return { ...control, source, destination, pipeline };
}

/** Every line of the audit log: who did what. */
export const auditOf = async ({ query }: Pick<Control, 'query'>) =>
  (await query<{ line: string }>(`select actor || ' ' || action as line from audit_entry order by id`)).map(
    (r) => r.line,
  );

/** Somebody who may look and change nothing. */
export const viewer = memberActor({ id: 'mem_v', role: 'viewer' }, '203.0.113.9');
