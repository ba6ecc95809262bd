import { expect, test } from 'vitest';
import { openDatabase } from '@/db/client.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { acquireLease, keepLease } from './lease.ts';

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
    await database.query(`
      insert into source (id, name, host, port, database, username, tls_mode) values ('s', 's', 'h', 1, 'd', 'u', 'disable');
      insert into destination (id, name, catalog_kind, warehouse, catalog_auth, storage_kind, storage_root)
        values ('d', 'd', 'embedded', 'w', 'none', 'file', 'file:///tmp/w');
      insert into pipeline (id, name, source_id, destination_id, namespace, settings) values ('pl', 'pl', 's', 'd', 'n', '{}')`);
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
