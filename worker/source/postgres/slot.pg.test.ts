import pg from 'pg';
import { expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '@/db/testing/test-database.ts';
import { openSourceSession, type SourceSession } from '@/server/postgres/connect.ts';
import { dropPublication, ensurePublication } from './publication.ts';
import { createSlot, dropSlot, inspectSlot } from './slot.ts';
import { passXminBarrier } from './xmin-barrier.ts';

const applicationName = 'test slot';
const signal = new AbortController().signal;

const sessionOf = (db: TestDatabase): Promise<SourceSession> =>
  openSourceSession({ ...db.connection, tls: { mode: 'disable' } }, { applicationName });

/** A transaction that has written and stays open until disposed. */
async function openWriter(db: TestDatabase) {
  const client = new pg.Client({ connectionString: db.url, application_name: 'slow writer' });
  await client.connect();
  await client.query('BEGIN; SELECT pg_current_xact_id()');
  return { end: () => client.end(), [Symbol.asyncDispose]: () => client.end() };
}

test('the publication holds exactly the chosen tables and refuses one that somebody shaped (row 47)', async () => {
  await using db = await openTestDatabase();
  await db.query(
    'CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE "C c" (id int)',
  );
  const oids = (await db.query<{ oid: number }>(`SELECT unnest(ARRAY['a', 'b', '"C c"']::regclass[])::oid AS oid`)).map(
    (row) => row.oid,
  );
  const [a, b, c] = oids as [number, number, number];
  await using session = await sessionOf(db);
  const ensure = (tables: number[]) => ensurePublication(session.client, { publication: 'Pub', tables });
  expect(await ensure([a, b])).toEqual({ isCreated: true, added: [a, b], removed: [], unfit: [] });
  expect(await ensure([b, c])).toEqual({ isCreated: false, added: [c], removed: [a], unfit: [] });
  expect(await ensure([b, c])).toEqual({ isCreated: false, added: [], removed: [], unfit: [] });
  await expect(ensure([999_999_999])).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await db.query(`ALTER PUBLICATION "Pub" SET (publish = 'insert')`);
  await expect(ensure([b, c])).rejects.toMatchObject({ code: 'SOURCE_PUBLICATION' });
  await dropPublication(session.client, 'Pub');
  await dropPublication(session.client, 'Pub');
  expect(await db.query('SELECT pubname FROM pg_publication')).toEqual([]);
});

test('a slot held up by an open transaction names it and leaves nothing behind', async () => {
  await using db = await openTestDatabase();
  const slot = `s_${db.connection.database}`;
  await using session = await sessionOf(db);
  {
    await using _writer = await openWriter(db);
    await expect(createSlot(session.client, { slot, waitMaxMs: 200 })).rejects.toMatchObject({
      code: 'SOURCE_BLOCKED',
      message: expect.stringContaining('slow writer'),
    });
    expect(await inspectSlot(session.client, slot)).toBeNull();
  }
  const { consistentLsn } = await createSlot(session.client, { slot });
  expect(await inspectSlot(session.client, slot)).toMatchObject({
    plugin: 'pgoutput',
    isActive: false,
    walStatus: 'reserved',
    confirmedFlushLsn: consistentLsn,
  });
  await expect(createSlot(session.client, { slot })).rejects.toMatchObject({ code: 'SOURCE_FAILED' });
  await dropSlot(session.client, { slot, applicationName, signal });
  await dropSlot(session.client, { slot, applicationName, signal });
  expect(await inspectSlot(session.client, slot)).toBeNull();
});

test('the barrier waits for older transactions and names them', async () => {
  await using db = await openTestDatabase();
  await using session = await sessionOf(db);
  const writer = await openWriter(db);
  await expect(passXminBarrier(session.client, { signal, waitMaxMs: 100 })).rejects.toMatchObject({
    code: 'SOURCE_BLOCKED',
    message: expect.stringContaining('slow writer'),
  });
  let reported = 0;
  const passed = passXminBarrier(session.client, {
    signal,
    onBlocked: (blockers) => {
      expect(blockers.map((blocker) => blocker.applicationName)).toContain('slow writer');
      reported += 1;
      void writer.end();
    },
  });
  await passed;
  expect(reported).toBeGreaterThan(0);
});

test('a slot is kept on standbys where the server can do that (row 9)', async () => {
  await using db = await openTestDatabase();
  await using session = await sessionOf(db);
  const slot = `failover_${db.connection.database}`;
  await createSlot(session.client, { slot });
  const [row] = await db.query<{ follows: boolean; failover: boolean | null }>(
    `SELECT current_setting('server_version_num')::int >= 170000 AS follows, (to_jsonb(s) ->> 'failover')::bool AS failover
       FROM pg_replication_slots s WHERE slot_name = $1`,
    [slot],
  );
  expect(row?.failover ?? false).toBe(row?.follows);
  await dropSlot(session.client, { slot, applicationName, signal });
});
