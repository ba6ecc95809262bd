import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { requestReplay } from '@/server/dead-letters/dead-letters.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { setTable } from '@/server/pipelines/set-table.ts';
import { CLEAN, filteredTables, only } from '@/worker/testing/filtered-tables.ts';
import { openRuled } from '@/worker/testing/open-ruled.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { tamperMirror } from '@/worker/testing/tamper-mirror.ts';

let installation: TestInstallation;
let filtered: ReturnType<typeof filteredTables>;
beforeEach(async () => {
  installation = await openTestInstallation();
  filtered = filteredTables(installation);
});
afterEach(async () => {
  await installation[Symbol.asyncDispose]();
});

test('copy and stream carry the same rows: those that move in, out and within the filter, by value, key and truncate', async () => {
  const { source } = installation;
  const long = (word: string) => `repeat('${word}', 900)`;
  await source.query(`create table item (id int primary key, status text, n int, note text);
    alter table item alter note set storage external; alter table item replica identity full;
    create table cell (tenant int, id int, note text, primary key (tenant, id));
    create table event (day date, id int, note text, primary key (day, id)) partition by range (day);
    create table event_1 partition of event for values from ('2024-01-01') to ('2024-07-01');
    create table event_2 partition of event for values from ('2024-07-01') to ('2025-01-01')`);
  await source.query(`insert into item select i, case when i % 2 = 0 then 'active' else 'gone' end, i, ${long('n')}
     from generate_series(1, 60) i`);
  await source.query(`insert into cell select i % 3, i, 'c' from generate_series(1, 60) i;
    insert into event select '2024-01-01'::date + i * 5, i, 'e' from generate_series(1, 60) i`);
  await using ruled = await openRuled(installation, {
    item: { where: only(['status', '=', 'active'], ['n', '>=', '10']), changelog: true },
    cell: { where: only(['tenant', '=', '1']) },
    event: { where: only(['day', '>=', '2024-06-01']) },
  });
  const item = { table: 'item', columns: ['id', 'status', 'n', 'note'], where: `status = 'active' and n >= 10` };
  const cell = { table: 'cell', columns: ['id', 'tenant', 'note'], where: 'tenant = 1' };
  const event = { table: 'event', columns: ['id', 'note'], where: `day >= '2024-06-01'` };
  const areSame = async () => {
    for (const each of [item, cell, event]) {
      const { lake, source: rows } = await filtered.bothOf(ruled, each);
      expect({ table: each.table, rows: lake }).toEqual({ table: each.table, rows });
      expect(rows.length).toBeGreaterThan(0);
    }
  };
  await ruled.work.until(ruled.isLive, { what: 'all are live' });
  await areSame();

  await source.query(`update item set status = 'gone' where id in (20, 22);
    update item set status = 'active' where id in (21, 23, 25);
    update item set status = null where id = 24;
    update item set n = 5 where id = 26; update item set n = 500 where id = 4;
    update item set note = 'within' where id in (28, 30); update item set n = n + 1 where id = 32;
    update item set id = 1000 where id = 34;
    update item set id = 1001, status = 'gone' where id = 36;
    update item set id = 1002, status = 'active' where id = 37;
    delete from item where id in (38, 39); insert into item values (70, 'active', 70, 'x'), (71, 'gone', 71, 'x'), (72, null, 72, 'x')`);
  await source.query(`begin; update item set status = 'gone' where id = 40; update item set status = 'active' where id = 40;
    update item set status = 'gone' where id = 40; commit`);
  await source.query(`update cell set tenant = 1 where id = 2; update cell set tenant = 2 where id = 4;
    update cell set id = id + 1000 where tenant = 1 and id < 20; update cell set note = 'm' where id % 2 = 0;
    update event set day = '2024-12-01' where id = 1; update event set day = '2024-01-02' where id = 50;
    update event set note = 'later'`);
  await source.query(`create table event_3 partition of event for values from ('2025-01-01') to ('2026-01-01');
    insert into event values ('2025-02-01', 900, 'new'); update event set note = 'newer' where id = 900`);
  await ruled.caughtUp();
  await areSame();
  const history = await ruled.lake('item_changelog');
  const of = (id: number) => history.flatMap((row) => (row.id === id ? [row._philotes_op] : [])).sort();
  expect([of(20), of(21), of(24), of(71), of(39), of(37)]).toEqual([['d', 'r'], ['i'], ['d', 'r'], [], [], []]);
  expect(await filtered.verified(ruled, 'item')).toMatchObject(CLEAN);
  expect(await filtered.verified(ruled, 'event')).toMatchObject(CLEAN);

  await source.query(`begin; insert into item values (80, 'active', 80, 'x'); truncate item;
    insert into item values (81, 'active', 81, 'y'), (82, 'gone', 82, 'y'); commit`);
  await ruled.caughtUp();
  await areSame();
  expect(await ruled.leaks('nnnnnnnnnngone')).toEqual([]);

  // What the lake alone has is found, and reading that part again mends it by the same filter.
  await tamperMirror(
    installation,
    { namespace: ['p'], name: 'cell' },
    { remove: 'id = 1010', add: [`1, 5000, 'odd'`] },
  );
  expect(await filtered.verified(ruled, 'cell')).toMatchObject({ state: 'done', missing: 1, extra: 1 });
  const key = await ruled.tables.key('cell');
  await resyncTable(installation.control, SYSTEM_ACTOR, { ...key, from: '1', to: '2' });
  await source.query(`update cell set tenant = 1 where id = 5; update cell set tenant = 0 where id = 7`);
  await ruled.work.until(async () => (await ruled.tables.row('cell'))?.generation === 2 && (await ruled.isLive()));
  await ruled.caughtUp();
  await areSame();
  expect(await filtered.verified(ruled, 'cell')).toMatchObject(CLEAN);
}, 180_000);

test('large transactions are filtered while they are in progress, and those that were open when a filter changed (row 27)', async () => {
  const { source, control } = installation;
  await source.query(`alter database ${source.connection.database} set logical_decoding_work_mem = '64kB'`);
  await source.query(`create table item (id int primary key, status text, n int); alter table item replica identity full;
    insert into item select i, (array['a', 'b'])[i % 2 + 1], i from generate_series(1, 500) i`);
  await using ruled = await openRuled(installation, { item: { where: only(['status', '=', 'a']) } });
  await ruled.work.until(ruled.isLive, { what: 'it is live' });
  const fill = (from: number) =>
    `insert into item select ${from} + i, (array['a', 'b'])[i % 2 + 1], i from generate_series(1, 8000) i`;
  const same = async (where: string) => {
    await ruled.caughtUp();
    const { lake, source: rows } = await filtered.bothOf(ruled, {
      table: 'item',
      columns: ['id', 'status', 'n'],
      where,
    });
    expect(lake).toEqual(rows);
    expect(rows.length).toBeGreaterThan(3_000);
    expect(await filtered.verified(ruled, 'item')).toMatchObject(CLEAN);
  };
  await source.query(`begin; ${fill(10_000)}; savepoint s; update item set status = 'a'; rollback to savepoint s;
    update item set status = (array['b', 'a'])[n % 2 + 1] where n % 3 = 0; commit`);
  await same(`status = 'a'`);

  const writer = new Client({ connectionString: source.url });
  await writer.connect();
  await writer.query(`begin; ${fill(20_000)}`);
  await setTable(control, SYSTEM_ACTOR, { ...(await ruled.tables.key('item')), where: only(['status', '=', 'b']) });
  await ruled.work.until(
    async () => {
      const published = await source.query<{ rows: string }>('select rowfilter as rows from pg_publication_tables');
      return published[0]?.rows.includes(`'b'`) ?? false;
    },
    { what: 'the new filter is published' },
  );
  await writer.query(`update item set n = n + 1 where id > 20000; ${fill(30_000)}; commit`);
  await writer.end();
  await ruled.work.until(async () => (await ruled.tables.row('item'))?.generation === 2 && filtered.isLiveAgain(), {
    what: 'it is live under its new filter',
  });
  await same(`status = 'b'`);
}, 120_000);

test('a row that enters by its key and leaves a long value out is parked, and its replay takes only what the filter lets through (row 31)', async () => {
  const { source, control, database } = installation;
  await source.query(`create table cell (tenant int, id int, note text, primary key (tenant, id));
    alter table cell alter note set storage external;
    insert into cell select 2, i, repeat('n', 3000) || i from generate_series(1, 4) i`);
  await using ruled = await openRuled(installation, { cell: { where: only(['tenant', '=', '1']) } });
  const { work } = ruled;
  await work.until(ruled.isLive, { what: 'it is live' });
  await source.query('update cell set tenant = 1 where id in (1, 2)');
  const letters = async (state: string) => {
    const { rows } = await database.pool.query<{ id: string }>(
      'select id from dead_letter where state = $1 order by id',
      [state],
    );
    return rows.map(({ id }) => Number(id));
  };
  await work.until(async () => (await letters('open')).length === 2, { what: 'both are parked' });
  expect(await ruled.lake('cell')).toEqual([]);
  await source.query('update cell set tenant = 2 where id = 2');
  await ruled.caughtUp();
  for (const id of await letters('open')) await requestReplay(control, SYSTEM_ACTOR, { pipelineId: ruled.id, id });
  await work.until(async () => (await letters('open')).length + (await letters('replay_requested')).length === 0, {
    what: 'nothing is parked any more',
  });
  const rows = await ruled.lake('cell');
  expect(rows.map(({ id, note }) => [id, note])).toEqual([[1, `${'n'.repeat(3000)}1`]]);
  expect(await filtered.verified(ruled, 'cell')).toMatchObject(CLEAN);
}, 120_000);

test('a filter that does not fit is refused with the reason, and nothing changes', async () => {
  const { source, control, database } = installation;
  await source.query(`create type mood as enum ('glad', 'sad');
    create table item (id int primary key, status text, mood mood, secret text)`);
  await using ruled = await openRuled(installation, { item: { columns: { secret: 'exclude' } } });
  await ruled.work.until(ruled.isLive, { what: 'it is live' });
  const key = await ruled.tables.key('item');
  const stored = async () =>
    (await database.pool.query('select row_filter, requested, version from pipeline_table')).rows;
  const before = await stored();
  for (const [where, reason] of [
    [only(['status', '=', 'a']), /status is not part of the replica identity.*REPLICA IDENTITY FULL/],
    [only(['state', '=', 'a']), /no column state/],
    [only(['id', '=', 'one']), /"id = one": the value is none of type integer/],
    [only(['mood', '=', 'glad']), /cannot compare values of type/],
  ] as const) {
    await expect(setTable(control, SYSTEM_ACTOR, { ...key, where })).rejects.toMatchObject({
      code: 'PREFLIGHT_REFUSED',
      message: expect.stringMatching(reason),
    });
  }
  await expect(
    setTable(control, SYSTEM_ACTOR, { ...key, where: [{ column: 'id', operator: '=' }] }),
  ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  expect(await stored()).toEqual(before);

  // The server compares with what is hidden, and does not send it.
  await source.query(
    `alter table item replica identity full; insert into item values (1, 'a', 'sad', 'x'), (2, 'a', 'sad', 'y')`,
  );
  await setTable(control, SYSTEM_ACTOR, { ...key, where: only(['secret', '=', 'x']) });
  await ruled.work.until(async () => (await ruled.tables.row('item'))?.generation === 2 && (await ruled.isLive()));
  await source.query(
    `insert into item values (3, 'a', 'sad', 'x'), (4, 'a', 'sad', 'y'); update item set secret = 'y' where id = 1`,
  );
  await ruled.caughtUp();
  expect((await ruled.lake('item')).map(({ id }) => id)).toEqual([3]);
}, 120_000);
