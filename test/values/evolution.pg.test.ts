import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareMirror } from '@/test/compare/compare-table.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { readRows } from './read-rows.ts';
import { replicate, sides } from './replicate.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await openTestInstallation();
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

/** Each step changes the columns and then writes rows that need them; ids grow. */
const steps = (table: string): string[] => [
  `insert into ${table} (id, n, name, amount, gone) values (10, 1, 'plain', 1.5, 'gone')`,
  `alter table ${table} add column extra int; insert into ${table} values (11, 2, 'extra', 2.5, 'gone', 7)`,
  `alter table ${table} add column filled text default 'default'; insert into ${table} (id, n) values (12, 3)`,
  `begin; insert into ${table} (id, n) values (13, 4); alter table ${table} add column late date;
   insert into ${table} (id, n, late) values (14, 5, '2024-05-05'); commit`,
  `alter table ${table} rename column name to title; insert into ${table} (id, n, title) values (15, 6, 'renamed')`,
  `alter table ${table} drop column gone; insert into ${table} (id, n) values (16, 7); update ${table} set n = 70 where id = 11`,
  `alter table ${table} alter n type bigint; insert into ${table} (id, n) values (17, 5000000000)`,
  `alter table ${table} alter title type varchar(60); insert into ${table} (id, n, title) values (18, 9, repeat('t', 60))`,
  `begin; insert into ${table} (id, n, amount) values (19, 10, 9.25); alter table ${table} alter amount type numeric(14,2);
   insert into ${table} (id, n, amount) values (20, 11, 999999999999.25); commit`,
  `alter table ${table} add column gone int; insert into ${table} (id, n, gone) values (21, 12, 5)`,
];
const create = (table: string): string =>
  `create table ${table} (id int primary key, n int, name varchar(10), amount numeric(8,2), gone text)`;

const STREAMED_ROWS = {
  10: { n: '1', title: 'plain', amount: '150' },
  11: { n: '70', title: 'extra', extra: '7' },
  12: { n: '3', filled: 'default' },
  13: { n: '4', late: null },
  14: { n: '5', late: '19848' },
  15: { title: 'renamed' },
  16: { n: '7' },
  17: { n: '5000000000' },
  18: { title: 't'.repeat(60) },
  19: { amount: '925' },
  20: { amount: '99999999999925' },
  21: { n: '12' },
};

test('the lake follows columns that come, go, change their names and widen, at once or one by one (rows 38, 39, 40, 41)', async () => {
  const { source } = installation;
  for (const table of ['e_fast', 'e_slow']) {
    await source.query(create(table));
    await source.query(`insert into ${table} values (1, 1, 'copied', 0.5, 'old')`);
  }
  const tables = ['e_fast', 'e_slow'].map((table) => ({ schema: 'public', table, mirror: true, changelog: true }));
  await using replication = await replicate(installation, { name: 'evolving', tables });
  await replication.live();
  // The stream announces a table when it is back, and by then the catalog is far ahead of it.
  await replication.restarted(async () => {
    for (const step of steps('e_fast')) await source.query(step);
  });
  for (const step of steps('e_slow')) {
    await source.query(step);
    await replication.caughtUp();
  }
  await replication.caughtUp();
  const { rows: parked } = await installation.database.pool.query(
    `select op, row_key, column_name, reason from dead_letter`,
  );
  expect(parked).toEqual([]);
  for (const table of ['e_fast', 'e_slow']) {
    const place = sides(installation, { namespace: 'evolving', table });
    for (const lakeTable of [table, `${table}_changelog`]) {
      const rows = await readRows({ ...place, lakeTable });
      // The last change of each row; files have no order.
      rows.sort((a, b) => Number(a._philotes_commit_lsn ?? 0) - Number(b._philotes_commit_lsn ?? 0));
      const byId = new Map(rows.map((row) => [Number(row.id), row]));
      expect(byId.get(1)).toMatchObject({ n: '1', title: 'copied', amount: '50' });
      for (const [id, values] of Object.entries(STREAMED_ROWS)) {
        expect({ table: lakeTable, ...byId.get(Number(id)) }).toMatchObject(values);
      }
    }
    // What a default filled without an event is there once the rows are written again.
    await source.query(`update ${table} set n = n`);
    await replication.caughtUp();
    const present = await readRows(place);
    expect(present).toHaveLength(13);
  }
}, 240_000);

test('what no Iceberg type can follow parks its table with code and remedy, and others go on (row 41)', async () => {
  const { source, database } = installation;
  await source.query(`create table e_bad (id int primary key, v int)`);
  await source.query(`create table e_text (id int primary key, v text)`);
  await source.query(`insert into e_bad values (1, 1)`);
  await source.query(`insert into e_text values (1, '1')`);
  const tables = ['e_bad', 'e_text'].map((table) => ({ schema: 'public', table, mirror: true, changelog: false }));
  await using replication = await replicate(installation, { name: 'impossible', tables });
  await replication.live();
  await source.query(`alter table e_bad alter v type text; insert into e_bad values (2, 'two')`);
  await source.query(`alter table e_text alter v type int using v::int; insert into e_text values (2, 2)`);
  await replication.caughtUp({ parked: 1 });
  const { rows } = await database.pool.query(
    `select source_table, error_code from pipeline_table where pipeline_id = $1 and state = 'needs_attention'`,
    [replication.id],
  );
  expect(rows).toEqual([{ source_table: 'e_bad', error_code: 'LAKE_SCHEMA_IMPOSSIBLE' }]);
  const text = await compareMirror(sides(installation, { namespace: 'impossible', table: 'e_text' }));
  expect(text).toMatchObject({ missing: 0, extra: 0, lakeRows: 2 });
  await source.query(`insert into e_bad values (3, 'three')`);
  await source.query(`insert into e_text values (3, 3)`);
  await replication.caughtUp({ parked: 1 });
  expect((await readRows(sides(installation, { namespace: 'impossible', table: 'e_bad' }))).length).toBe(1);
  expect((await readRows(sides(installation, { namespace: 'impossible', table: 'e_text' }))).length).toBe(3);
}, 200_000);
