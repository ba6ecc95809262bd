import { expect, test } from 'vitest';
import { openDatabase } from '@/db/client.ts';
import { openTestDatabase, type TestDatabase } from '@/db/testing/test-database.ts';
import { policyOf } from '@/server/errors/app-error.ts';
import { acquireLease, keepLease, sessionName } from './lease.ts';

test('a lease that is let go while it is renewed is free for the next worker at once', async () => {
  await using database = await openTestDatabase({ migrated: true });
  const db = openDatabase(database.url);
  /** Until so many statements wait for the lease's row. */
  const untilWaiting = async (count: number) => {
    const waiting = `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and query like '%lease%'
      and datname = current_database()`;
    while ((await database.query<{ n: number }>(waiting))[0]?.n !== count) await new Promise(setImmediate);
  };
  try {
    await definePipeline(database);
    const lease = await acquireLease(db.pool, { pipelineId: 'pl', role: 'capture', holder: 'a', ttlMs: 60_000 });
    if (!lease) throw new Error('the lease is held');
    const blocker = await db.pool.connect();
    await blocker.query(`begin; select from lease for update`);
    const kept = keepLease(db.pool, lease, 3_000);
    await untilWaiting(1);
    const released = kept.release();
    await blocker.query('commit');
    blocker.release();
    await released;
    expect(
      await acquireLease(db.pool, { pipelineId: 'pl', role: 'capture', holder: 'b', ttlMs: 1_000 }),
    ).not.toBeNull();
  } finally {
    await db.close();
  }
});

test('a worker that stands still in the middle of a transaction keeps nobody from its work', async () => {
  await using database = await openTestDatabase({ migrated: true });
  await definePipeline(database);
  const holder = 'host.with.dots.17.0f0f0f0f';
  const frozen = openDatabase(database.url, { applicationName: sessionName(holder) });
  const other = openDatabase(database.url);
  const wanted = { pipelineId: 'pl', role: 'capture' as const, ttlMs: 60_000 };
  try {
    const lease = await acquireLease(frozen.pool, { ...wanted, holder: `${holder}.capture`, ttlMs: 200 });
    const session = await frozen.pool.connect();
    await session.query('begin; select from lease for share');
    expect(await acquireLease(other.pool, { ...wanted, holder: 'next.capture' })).toBeNull();
    expect((await acquireLease(other.pool, { ...wanted, holder: 'next.capture' }))?.token).toBe(
      (lease?.token ?? 0n) + 1n,
    );
    const woken = await session.query('select 1').catch((error: unknown) => error);
    // No reason to give a pipeline up: the database is there, and so is the next worker.
    expect(policyOf(woken)).toMatchObject({ code: 'DATABASE_UNREACHABLE', retry: 'automatic' });
    session.release(true);
  } finally {
    await frozen.close();
    await other.close();
  }
});

test('a holder whose lease is valid is left alone, however long its transaction takes', async () => {
  await using database = await openTestDatabase({ migrated: true });
  await definePipeline(database);
  const busy = openDatabase(database.url, { applicationName: sessionName('host.1.aaaa') });
  const other = openDatabase(database.url);
  const wanted = { pipelineId: 'pl', role: 'commit' as const, ttlMs: 60_000 };
  try {
    await acquireLease(busy.pool, { ...wanted, holder: 'host.1.aaaa.commit' });
    const session = await busy.pool.connect();
    await session.query('begin; select from lease for share');
    expect(await acquireLease(other.pool, { ...wanted, holder: 'next.commit' })).toBeNull();
    await session.query('commit');
    session.release();
  } finally {
    await busy.close();
    await other.close();
  }
});

const definePipeline = ({ query }: Pick<TestDatabase, 'query'>) =>
  query(`
    insert into source (id, name, host, port, database, username, tls_mode) values ('s', 's', 'h', 1, 'd', 'u', 'disable');
    insert into destination (id, name, catalog_kind, warehouse, catalog_auth, storage_kind, storage_root)
      values ('d', 'd', 'embedded', 'w', 'none', 'file', 'file:///tmp/w');
    insert into pipeline (id, name, source_id, destination_id, namespace, settings) values ('pl', 'pl', 's', 'd', 'n', '{}')`);
