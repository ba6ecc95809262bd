import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { openLake } from '@/worker/pipeline/lake.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { readMirror } from '@/worker/testing/read-mirror.ts';
import { type RunningWork, runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline, type TestPipeline } from '@/worker/testing/test-pipeline.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await openTestInstallation();
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

async function caughtUp(work: RunningWork, pipeline: TestPipeline): Promise<void> {
  await pipeline.caughtUp(work);
}

type Shape = {
  readonly name: string;
  readonly table: string;
  readonly create: string;
  readonly before: string;
  readonly after: string;
};

const SHAPES: readonly Shape[] = [
  {
    name: 'long key values that the log sends apart (row 32)',
    table: 'long_key',
    create: `create table long_key (k text primary key, v text);
      alter table long_key alter k set storage external; alter table long_key alter v set storage external`,
    before: `insert into long_key select rpad(i || 'key', 2400, 'k'), repeat('v', 3000) from generate_series(1, 30) i`,
    after: `update long_key set v = 'short' where k = rpad('7key', 2400, 'k');
      update long_key set k = k || '!' where k in (rpad('8key', 2400, 'k'), rpad('9key', 2400, 'k'));
      delete from long_key where k = rpad('10key', 2400, 'k')`,
  },
  {
    name: 'an identity by another index than the primary key (row 35)',
    table: 'by_index',
    create: `create table by_index (id int primary key, code text not null, v text);
      create unique index by_index_code on by_index (code); alter table by_index replica identity using index by_index_code`,
    before: `insert into by_index select i, 'c' || i, 'v' from generate_series(1, 40) i`,
    after: `update by_index set v = 'w' where id < 10; update by_index set id = id + 100 where id between 10 and 15;
      update by_index set code = 'new' where code = 'c20'; delete from by_index where code = 'c30'`,
  },
  {
    name: 'a partitioned table through its root, with rows that move and partitions that come (row 45)',
    table: 'parted',
    create: `create table parted (id int, region text, v text, primary key (id, region)) partition by list (region);
      create table parted_eu partition of parted for values in ('eu');
      create table parted_us partition of parted for values in ('us')`,
    before: `insert into parted select i, case when i % 2 = 0 then 'eu' else 'us' end, 'v' from generate_series(1, 3000) i`,
    after: `update parted set region = 'us' where id = 2; update parted set v = 'w' where id < 9;
      create table parted_apac partition of parted for values in ('apac');
      insert into parted values (900, 'apac', 'new'); delete from parted where id = 5`,
  },
  {
    name: 'generated columns, left out of the copy and of the stream alike (row 46)',
    table: 'generated',
    create: `create table generated (id int primary key, a int, twice int generated always as (a * 2) stored)`,
    before: 'insert into generated select i, i from generate_series(1, 30) i',
    after:
      'update generated set a = a + 1 where id < 9; delete from generated where id = 12; insert into generated values (99, 5)',
  },
  {
    name: 'columns named like nothing good (row 49)',
    table: 'odd',
    create: `create table odd ("Id" int primary key, "select" text, "a""b.c d" text, "Ünïcødé" text)`,
    before: `insert into odd select i, 's', 'q', 'ü' from generate_series(1, 30) i`,
    after: `update odd set "a""b.c d" = 'changed' where "Id" < 9; delete from odd where "Id" = 10`,
  },
];

for (const { name, table, create, before, after } of SHAPES) {
  test(name, async () => {
    const { source, deps } = installation;
    await source.query(create);
    await source.query(before);
    const pipeline = await startTestPipeline(installation, {
      name: table,
      tables: [{ table, mirror: true, changelog: false }],
    });
    await using work = runWork(deps);
    await work.until(() => pipeline.isLive(), { what: 'the table is live' });
    await source.query(after);
    await caughtUp(work, pipeline);
    expect(await pipeline.compareMirror(table)).toMatchObject({ missing: 0, extra: 0, equal: true });
  });
}

test('a table without any identity does not become read-only for its application (row 33)', async () => {
  const { source, control, sourceId, destinationId } = installation;
  await source.query('create table no_identity (a int, b text)');
  await source.query(`alter table no_identity replica identity nothing`);
  const { id } = await createPipeline(control, SYSTEM_ACTOR, {
    name: 'no_identity',
    sourceId,
    destinationId,
    namespace: 'no_identity',
    tables: [{ schema: 'public', table: 'no_identity', mirror: false, changelog: true }],
  });
  await expect(startPipeline(control, SYSTEM_ACTOR, { id })).rejects.toMatchObject({ code: 'PREFLIGHT_REFUSED' });
  await source.query(`insert into no_identity values (1, 'a')`);
  await source.query(`update no_identity set b = 'still writable'`);
});

test('identical rows without a key are refused as a mirror and kept as a changelog (row 34)', async () => {
  const { source, deps, control, sourceId, destinationId } = installation;
  await source.query('create table twins (a int, b text)');
  await source.query('alter table twins replica identity full');
  await source.query(`insert into twins select 1, 'same' from generate_series(1, 5)`);
  const { id } = await createPipeline(control, SYSTEM_ACTOR, {
    name: 'twins_mirror',
    sourceId,
    destinationId,
    namespace: 'twins_mirror',
    tables: [{ schema: 'public', table: 'twins', mirror: true, changelog: false }],
  });
  await expect(startPipeline(control, SYSTEM_ACTOR, { id })).rejects.toMatchObject({ code: 'PREFLIGHT_REFUSED' });
  const pipeline = await startTestPipeline(installation, {
    name: 'twins',
    tables: [{ table: 'twins', mirror: false, changelog: true }],
  });
  await using work = runWork(deps);
  await work.until(() => pipeline.isLive(), { what: 'the table is live' });
  await source.query(
    `insert into twins values (1, 'same'); delete from twins where ctid = (select min(ctid) from twins)`,
  );
  await source.query(`update twins set b = 'other' where ctid = (select max(ctid) from twins)`);
  await caughtUp(work, pipeline);
  const lake = await openLake(deps, { destinationId, signal: new AbortController().signal });
  const changes = await readMirror(lake, { namespace: ['twins'], name: 'twins_changelog' });
  expect(changes.map((row) => `${row._philotes_op} ${row.a} ${row.b}`).sort()).toEqual([
    'd 1 same',
    'i 1 same',
    ...Array.from({ length: 5 }, () => 'r 1 same'),
    'u 1 other',
  ]);
});

test('a second pipeline on the same lake table is refused before it writes (row 83)', async () => {
  const { source, control, sourceId, destinationId } = installation;
  await source.query('create table wanted_twice (id int primary key)');
  const input = {
    sourceId,
    destinationId,
    namespace: 'shared',
    tables: [{ schema: 'public', table: 'wanted_twice', mirror: true, changelog: false }],
  };
  await createPipeline(control, SYSTEM_ACTOR, { ...input, name: 'first' });
  await expect(createPipeline(control, SYSTEM_ACTOR, { ...input, name: 'second' })).rejects.toMatchObject({
    code: 'NAME_TAKEN',
  });
});
