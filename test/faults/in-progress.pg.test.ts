import pg from 'pg';
import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { updatePipeline } from '@/server/pipelines/update-pipeline.ts';
import { armFailpoint } from '@/server/platform/failpoint.ts';
import { openCluster } from './open-cluster.ts';
import { openScenario, type Scenario } from './scenario.ts';

const MIB = 1024 * 1024;
const rowsOf = (table: string, from: number) =>
  `insert into ${table} select i, 'large', 1, repeat('x', 500) from generate_series(${from}, ${from + 3_999}) i`;

async function openSession(scenario: Scenario): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ connectionString: scenario.installation.source.url });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

/** What lies on the worker's disk of transactions in progress. */
async function kept(scenario: Scenario): Promise<number> {
  const { values } = await scenario.installation.deps.metrics.inProgressBytes.get();
  return values[0]?.value ?? 0;
}

/** How the slot is read now. */
async function isAskedFor(scenario: Scenario): Promise<boolean> {
  const [session] = await scenario.sql(
    `select query like '%streaming%' as asked from pg_stat_activity
      where pid = (select active_pid from pg_replication_slots where slot_name = $1)`,
    [scenario.slot],
  );
  return session?.asked === true;
}

test('large transactions are read while they are in progress, over lost sessions and a failing buffer, and what was rolled back is nowhere (rows 26, 27, 28)', async () => {
  await using cluster = await openCluster({ max_prepared_transactions: '4' });
  await using scenario = await openScenario('in_progress', {
    sourceServer: cluster.url,
    settings: { inProgressBytesMax: 256 * MIB },
  });
  const { table, slot } = scenario;
  await using one = await openSession(scenario);
  await using other = await openSession(scenario);
  await using work = scenario.work();
  await one.query(`begin; ${rowsOf(table, 10_000)}; savepoint a; ${rowsOf(table, 20_000)}`);
  await other.query(
    `begin; ${rowsOf(table, 30_000)}; update ${table} set balance = 2 where id between 30000 and 33000`,
  );
  await work.until(async () => (await kept(scenario)) > 4 * MIB, { what: 'both are on the disk' });
  await one.query(
    `rollback to a; update ${table} set id = -id where id > 13000; delete from ${table} where id = 10001`,
  );
  await scenario.sql(`begin; ${rowsOf(table, 40_000)}; prepare transaction 'later'`);
  await scenario.sql(`begin; ${rowsOf(table, 50_000)}; prepare transaction 'never'`);
  await scenario.sql('select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1', [slot]);
  await scenario.sql(`insert into ${table} values (9001, 'meanwhile', 1, null)`);
  await work.until(async () => (await kept(scenario)) > 4 * MIB, { what: 'they are on the disk again' });
  let segments = 0;
  using _failing = armFailpoint('segment-received', () => {
    if (++segments % 3 === 0) throw new AppError('DATABASE_UNREACHABLE', 'away before storing');
  });
  await other.query('commit');
  await one.query('commit');
  await scenario.sql(`commit prepared 'later'`);
  await scenario.sql(`rollback prepared 'never'`);
  await scenario.caughtUp(work);
  await scenario.assertExact();
  await expect.poll(() => kept(scenario)).toBe(0);
});

test('a transaction that outgrows its room is shown, read after its commit, and complete (rows 26, 27)', async () => {
  await using cluster = await openCluster();
  await using scenario = await openScenario('no_room', {
    sourceServer: cluster.url,
    settings: { inProgressBytesMax: MIB },
  });
  const { table } = scenario;
  await using one = await openSession(scenario);
  await using work = scenario.work();
  await one.query(`begin; ${rowsOf(table, 10_000)}`);
  const { state, message } = await scenario.shows(work, 'SOURCE_IN_PROGRESS');
  expect(state).toBe('running');
  expect(message).toMatch(/larger than 1048576 bytes/);
  await scenario.sql(`insert into ${table} values (9001, 'meanwhile', 1, null)`);
  await one.query(`insert into ${table} values (9002, 'last', 1, null); commit`);
  await scenario.caughtUp(work);
  await scenario.assertExact();
  expect(await scenario.state()).toMatchObject({ state: 'running', code: null });
});

test('reading in progress is turned off and on while a transaction is, and loses nothing (row 27)', async () => {
  await using cluster = await openCluster();
  await using scenario = await openScenario('turned_off', {
    sourceServer: cluster.url,
    settings: { inProgressBytesMax: 256 * MIB },
  });
  const { table, installation, pipeline } = scenario;
  const setRoom = async (inProgressBytesMax: number) => {
    const { rows } = await installation.database.pool.query<{ version: string }>(
      'select version::text from pipeline where id = $1',
      [pipeline.id],
    );
    const version = rows[0]?.version ?? '';
    await updatePipeline(installation.control, SYSTEM_ACTOR, {
      id: pipeline.id,
      version,
      settings: { inProgressBytesMax },
    });
  };
  await using one = await openSession(scenario);
  await using work = scenario.work();
  await one.query(`begin; ${rowsOf(table, 10_000)}`);
  await work.until(async () => (await kept(scenario)) > 0, { what: 'it is on the disk' });
  await setRoom(0);
  await work.until(async () => (await kept(scenario)) === 0, { what: 'the disk is free' });
  await scenario.sql(`insert into ${table} values (9001, 'meanwhile', 1, null)`);
  await scenario.caughtUp(work);
  expect(await kept(scenario)).toBe(0);
  await setRoom(64 * MIB);
  // The server streams again behind what was confirmed, and then from the beginning.
  await work.until(() => isAskedFor(scenario), { what: 'transactions in progress are asked for' });
  await one.query(rowsOf(table, 20_000));
  await work.until(async () => (await kept(scenario)) > 0, { what: 'it is on the disk again' });
  await one.query('commit');
  await scenario.caughtUp(work);
  await scenario.assertExact();
});
