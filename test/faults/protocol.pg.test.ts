import pg from 'pg';
import { expect, test } from 'vitest';
import { AppError } from '@/server/errors/app-error.ts';
import { armFailpoint } from '@/server/platform/failpoint.ts';
import { openCluster } from './open-cluster.ts';
import { openScenario, type Scenario } from './scenario.ts';

async function openSession(scenario: Scenario): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ connectionString: scenario.installation.source.url });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

test('transactions that run side by side arrive in the order of their commits, also over restarts between them (rows 18, 22, 23)', async () => {
  await using scenario = await openScenario('interleaved', { settings: { batchAgeMsMax: 100 } });
  const { table } = scenario;
  await using one = await openSession(scenario);
  await using other = await openSession(scenario);
  for (let round = 0; round < 6; round++) {
    await using work = scenario.work();
    for (let pair = 0; pair < 8; pair++) {
      const id = 10_000 + round * 100 + pair * 2;
      // The one that begins and writes first commits last, back to back with the other: adjacent commit records.
      await one.query(`begin; insert into ${table} values (${id}, 'first to write', 1, null)`);
      await other.query(`begin; insert into ${table} values (${id + 1}, 'first to commit', 1, null)`);
      await other.query(`update ${table} set note = 'b' where id = ${1 + pair}`);
      await one.query(
        `insert into ${table} select -${id} * 10 - i, 'many at one position', 1, null from generate_series(0, 3) i`,
      );
      await Promise.all([other.query('commit'), one.query('commit')]);
    }
    await scenario.caughtUp(work);
  }
  await using work = scenario.work();
  await scenario.caughtUp(work);
  await scenario.assertExact();
});

test('at no moment has the slot confirmed what is not stored (row 17)', async () => {
  await using scenario = await openScenario('acks');
  const { table, slot, installation } = scenario;
  const stored = async (): Promise<bigint> => {
    const { rows } = await installation.database.pool.query<{ lsn: string }>(
      `select (tail_end_lsn - '0/0'::pg_lsn)::text as lsn from position where pipeline_id = $1`,
      [scenario.pipeline.id],
    );
    return BigInt(rows[0]?.lsn ?? '0');
  };
  const confirmed = async (): Promise<bigint> => {
    const rows = await scenario.sql(
      `select (confirmed_flush_lsn - '0/0'::pg_lsn)::text as lsn from pg_replication_slots where slot_name = $1`,
      [slot],
    );
    return BigInt(String(rows[0]?.lsn ?? '0'));
  };
  let crashes = 0;
  using _slow = armFailpoint('segment-received', () => {
    if (++crashes % 5 === 0) throw new AppError('DATABASE_UNREACHABLE', 'away before storing');
  });
  await using work = scenario.work();
  let next = 10_000;
  let looks = 0;
  await work.until(
    async () => {
      await scenario.sql(`insert into ${table} values (${next++}, 'load', 1, null)`);
      // In this order: what was confirmed a moment ago must be stored by now.
      const before = await confirmed();
      expect(await stored()).toBeGreaterThanOrEqual(before);
      return ++looks >= 60;
    },
    { what: 'sixty looks under load' },
  );
  await scenario.caughtUp(work);
  await scenario.assertExact();
});

test('what was rolled back to a savepoint is nowhere, what surrounds it is (row 27)', async () => {
  await using scenario = await openScenario('savepoints');
  const { table } = scenario;
  await using work = scenario.work();
  await scenario.sql(`begin;
    insert into ${table} values (9001, 'kept', 1, null);
    savepoint a;
    insert into ${table} select i, 'rolled back', 1, repeat('x', 2000) from generate_series(20000, 24000) i;
    delete from ${table} where id < 100;
    rollback to a;
    insert into ${table} values (9002, 'kept too', 1, null);
    commit`);
  await scenario.sql(
    `begin; insert into ${table} select i, 'gone', 1, null from generate_series(30000, 34000) i; rollback`,
  );
  await scenario.caughtUp(work);
  await scenario.assertExact();
});

test('a prepared transaction arrives when it is committed, over a restart in between (row 28)', async () => {
  await using cluster = await openCluster({ max_prepared_transactions: '4' });
  await using scenario = await openScenario('prepared', { sourceServer: cluster.url });
  const { table } = scenario;
  {
    await using work = scenario.work();
    await scenario.sql(`begin; insert into ${table} values (9001, 'in doubt', 1, null); prepare transaction 'later'`);
    await scenario.sql(`begin; insert into ${table} values (9002, 'given up', 1, null); prepare transaction 'never'`);
    await scenario.sql(`insert into ${table} values (9003, 'meanwhile', 1, null)`);
    await scenario.caughtUp(work);
    await scenario.assertExact();
  }
  await using work = scenario.work();
  await scenario.sql(`commit prepared 'later'`);
  await scenario.sql(`rollback prepared 'never'`);
  await scenario.caughtUp(work);
  await scenario.assertExact();
});

test('messages that others put into the log are passed over (row 29)', async () => {
  await using scenario = await openScenario('messages');
  const { table } = scenario;
  await using work = scenario.work();
  await scenario.sql(`select pg_logical_emit_message(false, 'app', 'outside of any transaction')`);
  await scenario.sql(`begin;
    select pg_logical_emit_message(true, 'app', 'inside');
    insert into ${table} values (9001, 'beside a message', 1, null);
    select pg_logical_emit_message(true, 'app', repeat('long', 100000));
    commit`);
  await scenario.sql(`begin; select pg_logical_emit_message(true, 'app', 'alone'); commit`);
  await scenario.caughtUp(work);
  await scenario.assertExact();
});
