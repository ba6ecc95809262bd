import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { publicationName } from '@/server/domain/names.ts';
import type { RowFilter } from '@/server/domain/row-filter.ts';
import { pausePipeline } from '@/server/pipelines/pause-pipeline.ts';
import { resumePipeline } from '@/server/pipelines/resume-pipeline.ts';
import { resumeTable } from '@/server/pipelines/resume-table.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { setTable } from '@/server/pipelines/set-table.ts';
import { armFailpoint, type Failpoint } from '@/server/platform/failpoint.ts';
import { getVerification } from '@/server/verifications/get-verification.ts';
import { startVerification } from '@/server/verifications/start-verification.ts';
import { watchRestingSlot } from '@/worker/jobs/watch-job.ts';
import { openRuled } from '@/worker/testing/open-ruled.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { tamperMirror } from '@/worker/testing/tamper-mirror.ts';

let installation: TestInstallation;
beforeEach(async () => {
  installation = await openTestInstallation();
});
afterEach(async () => {
  await installation[Symbol.asyncDispose]();
});

const only = (...conditions: readonly [string, RowFilter[number]['operator'], string | null][]): RowFilter[number][] =>
  conditions.map(([column, operator, value]) => ({ column, operator, value }));

type Ruled = Awaited<ReturnType<typeof openRuled>>;

/** The lake's rows and the source's, of the same columns. */
async function bothOf(ruled: Ruled, options: { table: string; columns: readonly string[]; where: string }) {
  const { table, columns, where } = options;
  const lake = (await ruled.lake(table)).map((row) => columns.map((column) => row[column] ?? null));
  const source = await installation.source.query<Record<string, unknown>>(
    `select ${columns.join(', ')} from ${table} where ${where} order by id`,
  );
  return { lake, source: source.map((row) => columns.map((column) => row[column] ?? null)) };
}

/** Also where something was parked before. */
async function isLiveAgain(): Promise<boolean> {
  const { rows } = await installation.database.pool.query<{ live: boolean }>(
    `select bool_and(state = 'live') as live from pipeline_table`,
  );
  return rows[0]?.live === true;
}

async function verified(ruled: Ruled, table: string) {
  const { control } = installation;
  const key = await ruled.tables.key(table);
  const { id } = await startVerification(control, SYSTEM_ACTOR, key);
  const look = () => getVerification(control, SYSTEM_ACTOR, { ...key, verificationId: id });
  await ruled.work.until(async () => !['waiting', 'running'].includes((await look()).state), {
    what: 'it is verified',
  });
  return look();
}

const CLEAN = { state: 'done', missing: 0, extra: 0, different: 0 };

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
      const { lake, source: rows } = await bothOf(ruled, each);
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
  expect(await verified(ruled, 'item')).toMatchObject(CLEAN);
  expect(await verified(ruled, 'event')).toMatchObject(CLEAN);

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
  expect(await verified(ruled, 'cell')).toMatchObject({ state: 'done', missing: 1, extra: 1 });
  const key = await ruled.tables.key('cell');
  await resyncTable(installation.control, SYSTEM_ACTOR, { ...key, from: '1', to: '2' });
  await source.query(`update cell set tenant = 1 where id = 5; update cell set tenant = 0 where id = 7`);
  await ruled.work.until(async () => (await ruled.tables.row('cell'))?.generation === 2 && (await ruled.isLive()));
  await ruled.caughtUp();
  await areSame();
  expect(await verified(ruled, 'cell')).toMatchObject(CLEAN);
}, 180_000);

test('a filter that changes, and one taken away, take hold of all of a table that is written to', async () => {
  const { source, control } = installation;
  await source.query(`create table item (id int primary key, status text, n int); alter table item replica identity full;
    create table other (id int primary key)`);
  await source.query(`insert into item select i, (array['a', 'b', 'c'])[i % 3 + 1], i from generate_series(1, 2500) i`);
  await using ruled = await openRuled(installation, { item: { changelog: true }, other: {} });
  await ruled.work.until(ruled.isLive, { what: 'both are live' });
  const key = await ruled.tables.key('item');
  const stop = new AbortController();
  let next = 10_000;
  const writing = (async () => {
    while (!stop.signal.aborted) {
      const id = (next * 7919) % 2_500;
      await source.query(`begin; insert into item values (${++next}, (array['a', 'b', 'c'])[${next % 3} + 1], ${next});
        update item set status = (array['a', 'b', 'c'])[${next % 3} + 1] where id = ${id};
        update item set id = id + 1000000 where id = ${(next * 31) % 2_500} and id % 10 = 3;
        delete from item where id = ${next - 5}; commit`);
    }
  })();
  const become = async (where: RowFilter[number][], generation: number, condition: string) => {
    expect(await setTable(control, SYSTEM_ACTOR, { ...key, where })).toMatchObject({ resync: true });
    await ruled.work.until(
      async () => (await ruled.tables.row('item'))?.generation === generation && (await ruled.isLive()),
      { what: `generation ${generation} is live` },
    );
    expect(await verified(ruled, 'item')).toMatchObject(CLEAN);
    return condition;
  };
  try {
    await become(only(['status', '=', 'a']), 2, `status = 'a'`);
    expect(new Set((await ruled.lake('item')).map(({ status }) => status))).toEqual(new Set(['a']));
    await become(only(['status', '<>', 'a'], ['n', '>', '5']), 3, '');
    expect(new Set((await ruled.lake('item')).map(({ status }) => status))).toEqual(new Set(['b', 'c']));
    await become([], 4, 'true');
  } finally {
    stop.abort();
    await writing;
  }
  await ruled.caughtUp();
  const all = await bothOf(ruled, { table: 'item', columns: ['id', 'status', 'n'], where: 'true' });
  expect(all.lake).toEqual(all.source);
  expect(await setTable(control, SYSTEM_ACTOR, { ...key, where: [] })).toMatchObject({ resync: false });
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
    const { lake, source: rows } = await bothOf(ruled, { table: 'item', columns: ['id', 'status', 'n'], where });
    expect(lake).toEqual(rows);
    expect(rows.length).toBeGreaterThan(3_000);
    expect(await verified(ruled, 'item')).toMatchObject(CLEAN);
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
  await ruled.work.until(async () => (await ruled.tables.row('item'))?.generation === 2 && isLiveAgain(), {
    what: 'it is live under its new filter',
  });
  await same(`status = 'b'`);
}, 120_000);

const moments: Failpoint[] = ['resync-begun', 'filter-remembered', 'filter-published', 'chunk-stored', 'join-sent'];

for (const moment of moments) {
  test(`a new filter whose worker dies at ${moment} takes hold exactly with the next (row 47)`, async () => {
    const { source, control, deps } = installation;
    await source.query(`create table item (id int primary key, status text); alter table item replica identity full;
      insert into item select i, (array['a', 'b'])[i % 2 + 1] from generate_series(1, 1500) i`);
    const where = only(['status', '=', 'a']);
    await using ruled = await openRuled(installation, { item: { where } });
    await ruled.work.until(ruled.isLive, { what: 'it is live' });
    let ended: Promise<void> | null = null;
    let next = 5_000;
    const write = () =>
      source.query(`insert into item values (${++next}, (array['a', 'b'])[${next % 2} + 1]);
        update item set status = (array['b', 'a'])[id % 2 + 1] where id % 100 = ${next % 100}`);
    {
      using _armed = armFailpoint(moment, () => {
        ended ??= Promise.resolve(ruled.work[Symbol.asyncDispose]());
        throw new Error('crash');
      });
      await setTable(control, SYSTEM_ACTOR, {
        ...(await ruled.tables.key('item')),
        where: only(['status', '=', 'b'], ['id', '>', '9']),
      });
      await ruled.work
        .until(
          async () => {
            await write();
            return ended !== null;
          },
          { what: `a crash at ${moment}` },
        )
        .catch((error: unknown) => {
          if (ended === null) throw error;
        });
      await ended;
    }
    await using work = runWork({ ...deps, holder: `after ${moment}` });
    const after = { ...ruled, work };
    await work.until(
      async () => {
        await write();
        return (await ruled.tables.row('item'))?.generation === 2 && isLiveAgain();
      },
      { what: 'it is live under its new filter' },
    );
    expect(await verified(after, 'item')).toMatchObject(CLEAN);
    const { lake, source: rows } = await bothOf(after, {
      table: 'item',
      columns: ['id', 'status'],
      where: `status = 'b' and id > 9`,
    });
    expect(lake.length).toBeGreaterThan(500);
    expect(new Set(lake.map(([, status]) => status))).toEqual(new Set(['b']));
    expect(rows.length).toBeGreaterThan(500);
  }, 120_000);
}

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

test('an identity that loses a column of the filter takes the table out at once, so that the source goes on', async () => {
  const { source, control, deps } = installation;
  await source.query(`create table item (id int primary key, status text); alter table item replica identity full;
    create table other (id int primary key, n int); insert into item values (1, 'a'), (2, 'b'); insert into other values (1, 1)`);
  await using ruled = await openRuled(installation, { item: { where: only(['status', '=', 'a']) }, other: {} });
  const { work, tables } = ruled;
  await work.until(ruled.isLive, { what: 'both are live' });
  const key = await tables.key('item');
  const mayUpdate = async () =>
    source.query(`update item set status = status`).then(
      () => true,
      () => false,
    );
  await source.query('alter table item replica identity default');
  await work.until(mayUpdate, { what: 'the source can update again', withinMs: 10_000 });
  await work.until(tables.stateIs('item', 'needs_attention'), { what: 'the table is parked' });
  expect((await tables.row('item'))?.error_code).toBe('ROW_FILTER_UNFIT');
  await expect(resumeTable({ database: installation.database }, SYSTEM_ACTOR, key)).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  await source.query(`insert into item values (3, 'a'); update other set n = 2`);
  await work.until(async () => (await ruled.lake('other'))[0]?.n === 2, { what: 'the other table goes on' });

  await resyncTable(control, SYSTEM_ACTOR, key);
  await work.until(
    async () => (await tables.row('item'))?.generation === 2 && tables.stateIs('item', 'needs_attention')(),
  );
  expect((await tables.row('item'))?.error_code).toBe('ROW_FILTER_UNFIT');
  await source.query('alter table item replica identity full');
  await resyncTable(control, SYSTEM_ACTOR, key);
  await work.until(isLiveAgain, { what: 'it is live again' });
  await ruled.caughtUp();
  expect((await ruled.lake('item')).map(({ id }) => id)).toEqual([1, 3]);

  // Also while nobody reads the stream.
  await pausePipeline(control, SYSTEM_ACTOR, { id: ruled.id });
  await work.until(async () => {
    const { rows } = await installation.database.pool.query<{ state: string }>('select state from pipeline');
    return rows[0]?.state === 'paused';
  });
  await source.query('alter table item replica identity nothing');
  expect(await mayUpdate()).toBe(false);
  await watchRestingSlot(deps, { pipelineId: ruled.id, signal: new AbortController().signal });
  expect((await tables.row('item'))?.error_code).toBe('ROW_FILTER_UNFIT');
  await source.query(`insert into item values (4, 'a')`);
  await resumePipeline(control, SYSTEM_ACTOR, { id: ruled.id });
  await source.query('update other set n = 3');
  await work.until(async () => (await ruled.lake('other'))[0]?.n === 3, { what: 'the other table goes on' });
}, 180_000);

test('a filter that somebody changed in the publication is noticed, and a renamed column is none (row 47)', async () => {
  const { source, control } = installation;
  await source.query(`create table item (id int primary key, status text); alter table item replica identity full;
    create table plain (id int primary key);
    insert into item values (1, 'a'), (2, 'b'); insert into plain values (1)`);
  await using ruled = await openRuled(installation, { item: { where: only(['status', '=', 'a']) }, plain: {} });
  const { work, tables } = ruled;
  await work.until(ruled.isLive, { what: 'both are live' });
  await source.query(`alter table item rename column status to state; alter table item add column status text;
    insert into item values (3, 'a', 'b'), (4, 'b', 'a')`);
  await ruled.caughtUp();
  expect((await ruled.lake('item')).map(({ id }) => id)).toEqual([1, 3]);
  expect(await verified(ruled, 'item')).toMatchObject(CLEAN);

  const publication = publicationName(ruled.id);
  await source.query(
    `alter publication ${publication} set table only item where (state = 'b'), only plain where (id > 5)`,
  );
  for (const table of ['item', 'plain']) {
    await work.until(tables.stateIs(table, 'needs_attention'), { what: `${table} is parked` });
    expect((await tables.row(table))?.error_code).toBe('SOURCE_PUBLICATION');
    await resyncTable(control, SYSTEM_ACTOR, await tables.key(table));
  }
  // Its name means another column now, which is what a new life takes.
  await work.until(isLiveAgain, { what: 'both are live again' });
  await source.query(`insert into item values (5, 'b', 'a'), (6, 'a', 'b'); insert into plain values (2)`);
  await ruled.caughtUp();
  expect((await ruled.lake('item')).map(({ id }) => id)).toEqual([4, 5]);
  expect((await ruled.lake('plain')).map(({ id }) => id)).toEqual([1, 2]);
}, 120_000);

test('a table that somebody locks waits for its filter, and the stream of the others goes on', async () => {
  const { source, control } = installation;
  await source.query(`create table item (id int primary key, secret text); create table other (id int primary key);
    insert into item select i from generate_series(1, 9) i`);
  await using ruled = await openRuled(installation, { item: { columns: { secret: 'hash' } }, other: {} });
  const { work, tables } = ruled;
  await work.until(ruled.isLive, { what: 'both are live' });
  const holder = new Client({ connectionString: source.url });
  await holder.connect();
  await holder.query('begin; lock table item in share update exclusive mode');
  await setTable(control, SYSTEM_ACTOR, { ...(await tables.key('item')), where: only(['id', '>', '5']) });
  await work.until(async () => (await tables.row('item'))?.generation === 2, { what: 'it begins anew' });
  await source.query('insert into other values (1)');
  await work.until(async () => (await ruled.lake('other')).length === 1, { what: 'the other table goes on' });
  await work.until(async () => (await tables.row('item'))?.error_code === 'SOURCE_BLOCKED', { what: 'it says why' });
  await holder.query('commit');
  await holder.end();
  await work.until(isLiveAgain, { what: 'it is live' });
  expect((await ruled.lake('item')).map(({ id }) => id)).toEqual([6, 7, 8, 9]);
}, 120_000);
