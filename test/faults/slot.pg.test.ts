import pg from 'pg';
import { expect, test } from 'vitest';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { createSlot } from '@/worker/source/postgres/slot.ts';
import { openCluster } from './open-cluster.ts';
import { openScenario } from './scenario.ts';

test('a slot that the server invalidated is named, with its remedy, and not asked for again (row 1)', async () => {
  await using cluster = await openCluster({ max_slot_wal_keep_size: '1MB' });
  await using scenario = await openScenario('slot_lost', { sourceServer: cluster.url });
  for (let megabyte = 0; megabyte < 40; megabyte++) {
    await scenario.sql(`select pg_logical_emit_message(false, 'filler', repeat('x', 1000000))`);
  }
  await scenario.sql('select pg_switch_wal()');
  await scenario.sql('checkpoint');
  const [slot] = await scenario.sql('select wal_status from pg_replication_slots where slot_name = $1', [
    scenario.slot,
  ]);
  expect(slot).toEqual({ wal_status: 'lost' });
  await using work = scenario.work();
  const { state, message } = await scenario.shows(work, 'SOURCE_SLOT_LOST');
  expect(state).toBe('needs_attention');
  expect(message).toContain(scenario.slot);
});

test('a slot that somebody dropped is never made anew on its own (row 3)', async () => {
  await using scenario = await openScenario('slot_dropped');
  await scenario.sql('select pg_drop_replication_slot($1)', [scenario.slot]);
  await scenario.sql(`insert into ${scenario.table} values (9001, 'a', 1, null)`);
  await using work = scenario.work();
  expect(await scenario.shows(work, 'SOURCE_SLOT_MISSING')).toMatchObject({ state: 'needs_attention' });
  expect(await scenario.sql('select 1 from pg_replication_slots where slot_name = $1', [scenario.slot])).toEqual([]);
});

test('a slot dropped and made again under the same name shows the gap (row 4)', async () => {
  await using scenario = await openScenario('slot_recreated');
  await scenario.sql('select pg_drop_replication_slot($1)', [scenario.slot]);
  await scenario.sql(`insert into ${scenario.table} values (9001, 'lost to the new slot', 1, null)`);
  await scenario.sql(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [scenario.slot]);
  await using work = scenario.work();
  expect(await scenario.shows(work, 'SOURCE_SLOT_GAP')).toMatchObject({ state: 'needs_attention' });
});

test('a slot that somebody advanced over changes shows the gap (row 6)', async () => {
  await using scenario = await openScenario('slot_advanced');
  // Flushed before the next statement: a slot advances no further than what is on disk.
  await scenario.sql(`begin; set local synchronous_commit = on;
    insert into ${scenario.table} values (9001, 'skipped by somebody', 1, null); commit`);
  await scenario.sql('select pg_replication_slot_advance($1, pg_current_wal_lsn())', [scenario.slot]);
  await using work = scenario.work();
  expect(await scenario.shows(work, 'SOURCE_SLOT_GAP')).toMatchObject({ state: 'needs_attention' });
});

test('a slot that a stranger reads is waited for, visibly, and then taken up (row 5)', async () => {
  await using scenario = await openScenario('slot_busy');
  const stranger = new pg.Client({
    connectionString: scenario.installation.source.url,
    replication: 'database',
  } as pg.ClientConfig);
  stranger.on('error', () => undefined);
  await stranger.connect();
  const reading = stranger
    .query(
      `START_REPLICATION SLOT ${scenario.slot} LOGICAL 0/0 (proto_version '1', publication_names '${scenario.slot}')`,
    )
    .catch(() => undefined);
  await using work = scenario.work();
  const { state } = await scenario.shows(work, 'SOURCE_SLOT_BUSY');
  expect(state).not.toBe('needs_attention');
  await scenario.sql(`insert into ${scenario.table} values (9001, 'while busy', 1, null)`);
  stranger.connection.stream.destroy();
  await reading;
  await scenario.caughtUp(work);
  await scenario.assertExact();
});

test('while only other databases write, the slot follows (row 7)', async () => {
  await using cluster = await openCluster();
  await using scenario = await openScenario('slot_idle', { sourceServer: cluster.url });
  const confirmed = async (): Promise<bigint> => {
    const [row] = await scenario.sql(
      `select pg_wal_lsn_diff(confirmed_flush_lsn, '0/0')::text as lsn from pg_replication_slots where slot_name = $1`,
      [scenario.slot],
    );
    return BigInt(String(row?.lsn));
  };
  await using work = scenario.work();
  await scenario.caughtUp(work);
  const elsewhere = new pg.Client({ connectionString: cluster.url });
  await elsewhere.connect();
  await elsewhere.query(`create table other as select i, repeat('x', 1000) as filler from generate_series(1, 20000) i`);
  const { rows } = await elsewhere.query<{ lsn: string }>(
    `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text as lsn`,
  );
  await elsewhere.end();
  const target = BigInt(rows[0]?.lsn ?? '0');
  await work.until(async () => (await confirmed()) >= target, { what: 'the slot has passed what others wrote' });
});

test('a slot cannot be made behind an open transaction: it says whose, and leaves nothing (row 12)', async () => {
  await using source = await openTestDatabase();
  const blocker = new pg.Client({ connectionString: source.url, application_name: 'month_end' });
  await blocker.connect();
  const session = new pg.Client({ connectionString: source.url });
  await session.connect();
  try {
    await blocker.query('begin');
    await blocker.query('select txid_current()');
    await expect(createSlot(session, { slot: 'philotes_blocked', waitMaxMs: 300 })).rejects.toThrow(/month_end/);
    expect(await source.query(`select 1 from pg_replication_slots where slot_name = 'philotes_blocked'`)).toEqual([]);
  } finally {
    await blocker.end();
    await session.end();
  }
});
