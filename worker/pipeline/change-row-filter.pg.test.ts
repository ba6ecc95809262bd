import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import type { RowFilter } from '@/server/domain/row-filter.ts';
import { setTable } from '@/server/pipelines/set-table.ts';
import { armFailpoint, type Failpoint } from '@/server/platform/failpoint.ts';
import { CLEAN, filteredTables, only } from '@/worker/testing/filtered-tables.ts';
import { keepWriting } from '@/worker/testing/keep-writing.ts';
import { openRuled } from '@/worker/testing/open-ruled.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';

let installation: TestInstallation;
let filtered: ReturnType<typeof filteredTables>;
beforeEach(async () => {
  installation = await openTestInstallation();
  filtered = filteredTables(installation);
});
afterEach(async () => {
  await installation[Symbol.asyncDispose]();
});

test('a filter that changes, and one taken away, take hold of all of a table that is written to', async () => {
  const { source, control } = installation;
  await source.query(`create table item (id int primary key, status text, n int); alter table item replica identity full;
    create table other (id int primary key)`);
  await source.query(`insert into item select i, (array['a', 'b', 'c'])[i % 3 + 1], i from generate_series(1, 2500) i`);
  await using ruled = await openRuled(installation, { item: { changelog: true }, other: {} });
  await ruled.work.until(ruled.isLive, { what: 'both are live' });
  const key = await ruled.tables.key('item');
  await using writer = keepWriting(source, (n) => {
    const next = 10_000 + n;
    return `begin; insert into item values (${next}, (array['a', 'b', 'c'])[${next % 3} + 1], ${next});
      update item set status = (array['a', 'b', 'c'])[${next % 3} + 1] where id = ${(next * 7919) % 2_500};
      update item set id = id + 1000000 where id = ${(next * 31) % 2_500} and id % 10 = 3;
      delete from item where id = ${next - 5}; commit`;
  });
  const become = async (where: RowFilter[number][], generation: number) => {
    expect(await setTable(control, SYSTEM_ACTOR, { ...key, where })).toMatchObject({ resync: true });
    await ruled.work.until(
      async () => (await ruled.tables.row('item'))?.generation === generation && (await ruled.isLive()),
      { what: `generation ${generation} is live` },
    );
    expect(await filtered.verified(ruled, 'item')).toMatchObject(CLEAN);
  };
  await become(only(['status', '=', 'a']), 2);
  expect(new Set((await ruled.lake('item')).map(({ status }) => status))).toEqual(new Set(['a']));
  await become(only(['status', '<>', 'a'], ['n', '>', '5']), 3);
  expect(new Set((await ruled.lake('item')).map(({ status }) => status))).toEqual(new Set(['b', 'c']));
  await become([], 4);
  await writer[Symbol.asyncDispose]();
  await ruled.caughtUp();
  const all = await filtered.bothOf(ruled, { table: 'item', columns: ['id', 'status', 'n'], where: 'true' });
  expect(all.lake).toEqual(all.source);
  expect(await setTable(control, SYSTEM_ACTOR, { ...key, where: [] })).toMatchObject({ resync: false });
}, 180_000);

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
        return (await ruled.tables.row('item'))?.generation === 2 && filtered.isLiveAgain();
      },
      { what: 'it is live under its new filter' },
    );
    expect(await filtered.verified(after, 'item')).toMatchObject(CLEAN);
    const { lake, source: rows } = await filtered.bothOf(after, {
      table: 'item',
      columns: ['id', 'status'],
      where: `status = 'b' and id > 9`,
    });
    expect(lake.length).toBeGreaterThan(500);
    expect(new Set(lake.map(([, status]) => status))).toEqual(new Set(['b']));
    expect(rows.length).toBeGreaterThan(500);
  }, 120_000);
}

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
  await work.until(filtered.isLiveAgain, { what: 'it is live' });
  expect((await ruled.lake('item')).map(({ id }) => id)).toEqual([6, 7, 8, 9]);
}, 120_000);
