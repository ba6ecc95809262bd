import { expect, test } from 'vitest';
import { openScenario } from './scenario.ts';

test('long values that an update did not touch stay what they are (row 31)', async () => {
  await using scenario = await openScenario('toast');
  const { table } = scenario;
  await scenario.sql(`alter table ${table} alter note set storage external`);
  await scenario.sql(`update ${table} set note = repeat('long ' || id, 2000) where id <= 50`);
  {
    await using work = scenario.work();
    await scenario.caughtUp(work);
  }
  await using work = scenario.work();
  // From the lake, from an earlier change of the same batch, over a key change, and replaced for real.
  await scenario.sql(`update ${table} set balance = balance + 1 where id <= 20`);
  await scenario.sql(`begin;
    update ${table} set note = repeat('new', 3000) where id = 21;
    update ${table} set balance = 7 where id = 21;
    update ${table} set id = 9021 where id = 21;
    update ${table} set balance = 8 where id = 9021;
    commit`);
  await scenario.sql(`update ${table} set id = id + 5000 where id between 30 and 35`);
  await scenario.sql(`update ${table} set note = null where id = 40`);
  await scenario.caughtUp(work);
  await scenario.assertExact();
});

test('keys that change, chain and change places leave each row once (row 36)', async () => {
  await using scenario = await openScenario('keys');
  const { table } = scenario;
  await using work = scenario.work();
  await scenario.sql(`begin;
    update ${table} set id = -1 where id = 1;
    update ${table} set id = 1 where id = 2;
    update ${table} set id = 2 where id = -1;
    commit`);
  await scenario.sql(`update ${table} set id = id + 100000 where id between 10 and 40`);
  await scenario.sql(`update ${table} set id = id - 100000 where id between 100010 and 100020`);
  await scenario.sql(`begin; delete from ${table} where id = 50; update ${table} set id = 50 where id = 51; commit`);
  await scenario.caughtUp(work);
  await scenario.assertExact();
});

test('a truncate empties the mirror at its place among the changes and is one entry of the changelog (row 37)', async () => {
  await using scenario = await openScenario('truncated');
  const { table } = scenario;
  await using work = scenario.work();
  await scenario.sql(`begin;
    insert into ${table} values (9001, 'before', 1, null);
    truncate ${table};
    insert into ${table} values (9001, 'after', 2, null), (9002, 'after', 2, null);
    commit`);
  await scenario.caughtUp(work);
  await scenario.assertExact();
  await scenario.sql(`truncate ${table} restart identity cascade`);
  await scenario.sql(`insert into ${table} values (1, 'anew', 1, null)`);
  await scenario.caughtUp(work);
  await scenario.assertExact();
});

test('one row written many times, within a batch and over several, is there once (row 80)', async () => {
  await using scenario = await openScenario('one_key');
  const { table } = scenario;
  await using work = scenario.work();
  for (let round = 0; round < 4; round++) {
    await scenario.sql(`begin;
      delete from ${table} where id = 7;
      insert into ${table} values (7, 'a', ${round}, null);
      update ${table} set owner = 'b' where id = 7;
      delete from ${table} where id = 7;
      insert into ${table} values (7, 'c', ${round}, null);
      commit`);
    if (round % 2 === 1) await scenario.caughtUp(work);
    await scenario.sql(`update ${table} set balance = balance + 1 where id = 7`);
  }
  await scenario.sql(`delete from ${table} where id = 7`);
  await scenario.caughtUp(work);
  await scenario.assertExact();
  expect(await scenario.sql(`select 1 from ${table} where id = 7`)).toEqual([]);
});

const STRAYS = [
  {
    name: 'replaced by another of its name',
    code: 'SOURCE_TABLE_REPLACED',
    sql: (table: string) => `alter table ${table} rename to ${table}_old;
      create table ${table} (id int primary key, owner text, balance bigint not null, note text);
      insert into ${table} values (1, 'of the new one', 1, null)`,
  },
  { name: 'dropped', code: 'SOURCE_TABLE_MISSING', sql: (table: string) => `drop table ${table}` },
  {
    name: 'taken out of the publication',
    code: 'SOURCE_PUBLICATION',
    sql: (table: string, publication: string) => `alter publication ${publication} drop table ${table};
      update ${table} set balance = balance + 1`,
  },
];

for (const { name, code, sql } of STRAYS) {
  for (const moment of ['while it is read', 'while nobody reads']) {
    test(`a table that was ${name} ${moment} is parked with the reason, others go on (rows 43, 47)`, async () => {
      await using scenario = await openScenario('stray');
      const { table, slot, installation } = scenario;
      const { database } = installation;
      const change = () => scenario.sql(sql(table, slot));
      if (moment === 'while nobody reads') await change();
      await using work = scenario.work();
      if (moment === 'while it is read') {
        await scenario.caughtUp(work);
        await change();
      }
      const shown = async () => {
        const { rows } = await database.pool.query<{ state: string; code: string | null }>(
          'select state, error_code as code from pipeline_table where pipeline_id = $1',
          [scenario.pipeline.id],
        );
        return rows[0];
      };
      await work.until(async () => (await shown())?.state === 'needs_attention', { what: 'the table is parked' });
      expect(await shown()).toEqual({ state: 'needs_attention', code });
      expect(await scenario.state()).toMatchObject({ code: null });
    });
  }
}

test('a parked table that leaves the publication can no longer be resumed without what it missed (row 47)', async () => {
  await using scenario = await openScenario('parked_stray');
  const { table, slot, installation } = scenario;
  const { pool } = installation.database;
  await pool.query(`update pipeline_table set state = 'needs_attention', error_code = 'LAKE_SCHEMA_IMPOSSIBLE'`);
  await scenario.sql(`alter publication ${slot} drop table ${table}`);
  await using work = scenario.work();
  await work.until(
    async () => {
      const { rows } = await pool.query<{ code: string }>('select error_code as code from pipeline_table');
      return rows[0]?.code === 'SOURCE_PUBLICATION';
    },
    { what: 'the table shows that changes are missing' },
  );
});

test('a publication that somebody dropped stops the pipeline with the reason (row 14)', async () => {
  await using scenario = await openScenario('no_publication');
  const { slot, table } = scenario;
  await scenario.sql(`drop publication ${slot}`);
  await scenario.sql(`update ${table} set balance = balance + 1 where id < 10`);
  await using work = scenario.work();
  expect(await scenario.shows(work, 'SOURCE_PUBLICATION')).toMatchObject({ state: 'needs_attention' });
});
