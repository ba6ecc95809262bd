import pg from 'pg';
import { expect, test } from 'vitest';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { openCluster } from './open-cluster.ts';
import { openScenario } from './scenario.ts';
import { openTcpProxy } from './tcp-proxy.ts';

test('a server that crashes again and again under load loses and doubles nothing (rows 16, 19, 30)', async () => {
  await using cluster = await openCluster();
  await using scenario = await openScenario('server_crash', { sourceServer: cluster.url });
  const { table } = scenario;
  await using work = scenario.work();
  for (let round = 1; round <= 4; round++) {
    const from = round * 10_000;
    for (let step = 0; step < 30; step++) {
      await scenario.sql(`insert into ${table} values (${from + step}, 'new', 1, null)`);
      await scenario.sql(`update ${table} set balance = balance + 1 where id = ${(step * round) % 400}`);
    }
    // Some of it is acknowledged by then, and the server may forget that it was.
    if (round % 2 === 0) await scenario.caughtUp(work);
    await cluster.crash();
    await scenario.sql('select 1').catch(() => undefined); // the pool drops the connections that died
    await scenario.sql(`insert into ${table} values (${from + 500}, 'with the redelivered', 1, null)`);
  }
  await scenario.caughtUp(work);
  await scenario.assertExact();
});

test('a connection that went dead without a word is noticed and replaced (row 21)', async () => {
  await using cluster = await openCluster();
  await using proxy = await openTcpProxy({ host: '127.0.0.1', port: cluster.port });
  await using scenario = await openScenario('half_open', { sourceServer: cluster.url, sourceAddress: proxy });
  await using work = scenario.work();
  await scenario.caughtUp(work);
  proxy.set({ kind: 'blackhole' });
  await scenario.sql(`insert into ${scenario.table} values (9001, 'into the void', 1, null)`);
  // The server gives up after wal_sender_timeout; from then on a new connection can have the slot.
  await work.until(
    async () => {
      const [row] = await scenario.sql('select active from pg_replication_slots where slot_name = $1', [scenario.slot]);
      return row?.active === false;
    },
    { what: 'the server has dropped the dead sender' },
  );
  proxy.set({ kind: 'pass' });
  await scenario.caughtUp(work);
  await scenario.assertExact();
});

test('a network that cuts every connection after some bytes only slows the stream down (row 20)', async () => {
  await using direct = await openTestDatabase();
  await using proxy = await openTcpProxy(direct.connection);
  await using scenario = await openScenario('cuts', { sourceAddress: proxy });
  await using work = scenario.work();
  await scenario.caughtUp(work);
  for (let cut = 1; cut <= 5; cut++) {
    proxy.set({ kind: 'cut', afterBytes: 60_000 * cut });
    await scenario.sql(
      `insert into ${scenario.table} select i, 'o', 1, repeat('n', 500) from generate_series(${cut * 1000}, ${cut * 1000 + 400}) i`,
    );
    proxy.reset();
    await work.until(
      async () =>
        (await scenario.state()).code !== null || (await scenario.pipeline.isAt(await scenario.pipeline.position())),
    );
  }
  proxy.set({ kind: 'pass' });
  await scenario.caughtUp(work);
  await scenario.assertExact();
});

test('an address that leads to another cluster is refused, and nothing of it is read (row 11)', async () => {
  await using cluster = await openCluster();
  await using other = await openCluster();
  await using proxy = await openTcpProxy({ host: '127.0.0.1', port: cluster.port });
  await using scenario = await openScenario('other_cluster', { sourceServer: cluster.url, sourceAddress: proxy });
  const { database, user, password } = scenario.installation.source.connection;
  const twin = new pg.Client({ connectionString: other.url });
  await twin.connect();
  await twin.query(`create database ${database}`);
  await twin.query(`alter role ${user} password '${password}'`);
  await twin.end();
  proxy.retarget({ host: '127.0.0.1', port: other.port });
  await using work = scenario.work();
  const { state } = await scenario.shows(work, 'SOURCE_SERVER_CHANGED');
  expect(state).toBe('needs_attention');
});
