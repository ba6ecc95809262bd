import { expect, test } from 'vitest';
import { openTestDatabase } from './test-database.ts';

test('every test gets its own database on a server that decodes logically', async () => {
  await using one = await openTestDatabase();
  await using two = await openTestDatabase();
  await one.query('create table only_here (id int primary key)');
  expect(await two.query("select to_regclass('only_here') as name")).toEqual([{ name: null }]);
  expect(await one.query('show wal_level')).toEqual([{ wal_level: 'logical' }]);
});

test('a database is dropped together with the slots that a test left', async () => {
  let name = '';
  {
    await using db = await openTestDatabase();
    name = db.connection.database;
    await db.query("select pg_create_logical_replication_slot('left_' || current_database(), 'pgoutput')");
  }
  await using other = await openTestDatabase();
  expect(await other.query('select 1 from pg_replication_slots where database = $1', [name])).toEqual([]);
  expect(await other.query('select 1 from pg_database where datname = $1', [name])).toEqual([]);
});
