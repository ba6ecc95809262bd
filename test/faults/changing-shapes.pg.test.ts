import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { updateSource } from '@/server/sources/update-source.ts';
import { compareMirror } from '@/test/compare/compare-table.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { type RunningWork, runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline, type TestPipeline } from '@/worker/testing/test-pipeline.ts';
import { testTables } from '@/worker/testing/test-tables.ts';
import { openScenario } from './scenario.ts';

const EXACT = { missing: 0, extra: 0, duplicates: 0, equal: true };

async function caughtUp(work: RunningWork, pipeline: TestPipeline): Promise<void> {
  await pipeline.caughtUp(work);
}

test('a replica identity that becomes FULL, an index and the key again between writes finds every row (row 35)', async () => {
  await using scenario = await openScenario('identity');
  const { table } = scenario;
  await using work = scenario.work();
  const write = (from: number) =>
    scenario.sql(`update ${table} set balance = balance + 1 where id between ${from} and ${from + 9};
      update ${table} set id = id + 10000 where id = ${from + 10}; delete from ${table} where id = ${from + 11}`);
  await scenario.sql(`alter table ${table} alter owner set not null; create unique index by_owner on ${table} (owner)`);
  await write(1);
  await scenario.sql(`alter table ${table} replica identity full`);
  await write(21);
  await scenario.sql(`begin; update ${table} set note = 'f' where id = 50; alter table ${table} replica identity default;
    update ${table} set note = 'd' where id = 50; commit`);
  await write(61);
  await scenario.caughtUp(work);
  await scenario.assertExact();
  // From here on the other column says which row is meant, so that no single key folds the changelog.
  await scenario.sql(`alter table ${table} replica identity using index by_owner`);
  await write(101);
  await scenario.caughtUp(work);
  expect(await scenario.pipeline.compareMirror(table)).toMatchObject(EXACT);
});

test('a truncate that cascades empties each of its tables at its place (row 37)', async () => {
  await using installation = await openTestInstallation();
  const { source, deps } = installation;
  await source.query(`create table parent (id int primary key, v text);
    create table child (id int primary key, parent int references parent);
    insert into parent select i, 'v' from generate_series(1, 50) i; insert into child select i, i from generate_series(1, 50) i`);
  const pipeline = await startTestPipeline(installation, {
    name: 'family',
    tables: ['parent', 'child'].map((table) => ({ table, mirror: true, changelog: true })),
  });
  await using work = runWork(deps);
  await work.until(() => pipeline.isLive(), { what: 'both are live' });
  await source.query(`begin; insert into parent values (100, 'before'); insert into child values (100, 100);
    truncate parent restart identity cascade; insert into parent values (101, 'after'); insert into child values (101, 101); commit`);
  await source.query(`insert into child values (102, 101); truncate child; insert into child values (103, 101)`);
  await caughtUp(work, pipeline);
  for (const table of ['parent', 'child']) {
    expect(await pipeline.compare(table, ['id'])).toMatchObject({ mirror: EXACT, changelog: EXACT });
  }
});

test('operations that somebody takes out of the publication under the stream stop the pipeline with the reason (row 47)', async () => {
  await using scenario = await openScenario('unpublished');
  const { table, slot } = scenario;
  await using work = scenario.work();
  await scenario.sql(`alter publication ${slot} set (publish = 'insert')`);
  await scenario.sql(`update ${table} set balance = balance + 1 where id < 10`);
  expect(await scenario.shows(work, 'SOURCE_PUBLICATION')).toMatchObject({ state: 'needs_attention' });
});

async function withRole(installation: TestInstallation, role: string) {
  const { source, control, sourceId } = installation;
  await source.query(`create role ${role} login replication password 'secret';
    grant create on database "${source.connection.database}" to ${role}; grant all on schema public to ${role}`);
  await updateSource(control, SYSTEM_ACTOR, { id: sourceId, username: role, password: 'secret' });
  return {
    [Symbol.asyncDispose]: () =>
      source
        .query(`reassign owned by ${role} to current_user; drop owned by ${role}; drop role ${role}`)
        .then(() => undefined),
  };
}

test('row-level security that comes later parks the copy that it would empty (row 48)', async () => {
  await using installation = await openTestInstallation();
  const { source, deps, control, database } = installation;
  const role = `reader_${randomBytes(4).toString('hex')}`;
  await using _role = await withRole(installation, role);
  await source.query(`create table guarded (id int primary key, v text); insert into guarded select i, 'v' from generate_series(1, 100) i;
    alter table guarded owner to ${role}`);
  const pipeline = await startTestPipeline(installation, {
    name: 'guarded',
    tables: [{ table: 'guarded', mirror: true, changelog: false }],
  });
  await using work = runWork(deps);
  await work.until(() => pipeline.isLive(), { what: 'the table is live' });
  await source.query('alter table guarded enable row level security; alter table guarded force row level security');
  await source.query(`insert into guarded values (101, 'streamed')`);
  await caughtUp(work, pipeline);
  expect(await pipeline.compareMirror('guarded')).toMatchObject(EXACT);
  await resyncTable(control, SYSTEM_ACTOR, await testTables(installation, pipeline.id).key('guarded'));
  const shown = async () =>
    (await database.pool.query<{ code: string | null }>('select error_code as code from pipeline_table')).rows[0]?.code;
  await work.until(async () => (await shown()) === 'SOURCE_REFUSED', { what: 'the copy is refused' });
  // Readers keep what they had.
  expect(await pipeline.compareMirror('guarded')).toMatchObject(EXACT);
  await source.query('alter table guarded disable row level security');
});

test('tables and columns named like nothing good are replicated under plain names (row 49)', async () => {
  await using installation = await openTestInstallation();
  const { source, deps, control, sourceId, destinationId, catalogUrl, token } = installation;
  const long = 'a'.repeat(63);
  const names = ['we"ird.Tbl \n ü', 'Select', long];
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  await source.query(`create schema "My-Schema"`);
  for (const name of names) {
    await source.query(
      `create table "My-Schema".${quoted(name)} ("Id" int primary key, "a""b.c \t d" text, "${'é'.repeat(31)}" text, "user" text)`,
    );
    await source.query(
      `insert into "My-Schema".${quoted(name)} select i, 'q', 'ü', current_user from generate_series(1, 30) i`,
    );
  }
  const { id } = await createPipeline(control, SYSTEM_ACTOR, {
    name: 'odd',
    sourceId,
    destinationId,
    namespace: 'odd',
    tables: names.map((table, at) => ({
      schema: 'My-Schema',
      table,
      lakeName: `t${at}`,
      mirror: true,
      changelog: true,
    })),
    settings: { batchAgeMsMax: 100 },
  });
  await startPipeline(control, SYSTEM_ACTOR, { id });
  await using work = runWork(deps);
  const tables = testTables(installation, id);
  for (const name of names) await work.until(tables.stateIs(name, 'live'), { what: `${name} is live` });
  for (const name of names) {
    await source.query(`update "My-Schema".${quoted(name)} set "a""b.c \t d" = 'changed' where "Id" < 9;
      delete from "My-Schema".${quoted(name)} where "Id" = 10; insert into "My-Schema".${quoted(name)} values (99, '', null, '"')`);
  }
  const [end] = await source.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
  await work.until(
    async () => {
      const { rows } = await installation.database.pool.query<{ done: boolean }>(
        'select tail_end_lsn >= $1::pg_lsn and committed_seq = tail_seq as done from position',
        [end?.lsn],
      );
      return rows[0]?.done ?? false;
    },
    { what: 'the lake has caught up' },
  );
  for (const [at, name] of names.entries()) {
    const place = { sourceUrl: source.url, sourceSchema: 'My-Schema', sourceTable: name, catalogUrl, token };
    const lake = { warehouse: 'lake', namespace: 'odd', lakeTable: `t${at}` };
    expect(await compareMirror({ ...place, ...lake })).toMatchObject(EXACT);
  }
});
