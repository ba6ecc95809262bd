import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { stopPipeline } from '@/server/pipelines/stop-pipeline.ts';
import { parkTable } from '@/worker/runtime/attention.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await openTestInstallation();
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

async function tableOf(name: string, rows: number): Promise<void> {
  const { source } = installation;
  await source.query(`create table ${name} (id int primary key, note text)`);
  await source.query(`insert into ${name} select i, 'n' || i from generate_series(1, ${rows}) i`);
  await source.query(`analyze ${name}`);
}

const both = { mirror: true, changelog: true };

test('stopped in the middle of its copy and of its stream, a pipeline goes on where it was (rows 62, 92)', async () => {
  const { source, control, database, deps } = installation;
  await tableOf('paused', 12_000);
  const pipeline = await startTestPipeline(installation, { name: 'paused', tables: [{ table: 'paused', ...both }] });
  await using work = runWork(deps);
  const count = async (sql: string) =>
    Number((await database.pool.query<{ n: string }>(sql, [pipeline.id])).rows[0]?.n ?? 0);
  const doneChunks = () =>
    count(`select count(*) as n from copy_chunk join pipeline_table on pipeline_table.id = pipeline_table_id
            where pipeline_id = $1 and copy_chunk.state = 'done'`);
  const isStopped = async () =>
    (await count(`select count(*) as n from pipeline where id = $1 and state = 'stopped'`)) === 1;
  let next = 100_000;
  const write = () =>
    source.query(`insert into paused values (${next++}, 'new');
      update paused set note = note || '.' where id % 500 = ${next % 500};
      update paused set id = id + 1000000 where id = ${next % 12_000}`);
  for (const passed of [async () => (await doneChunks()) >= 2, () => pipeline.isLive()]) {
    await work.until(
      async () => {
        await write();
        return passed();
      },
      { what: 'the copy got somewhere' },
    );
    await stopPipeline(control, SYSTEM_ACTOR, { id: pipeline.id });
    await work.until(isStopped, { what: 'the pipeline is stopped' });
    for (let n = 0; n < 10; n++) await write();
    await startPipeline(control, SYSTEM_ACTOR, { id: pipeline.id });
  }
  const end = await pipeline.position();
  await work.until(() => pipeline.isAt(end), { what: 'the lake has caught up' });
  const { mirror, changelog } = await pipeline.compare('paused', ['id']);
  expect(mirror).toMatchObject({ missing: 0, extra: 0, equal: true });
  expect(changelog).toMatchObject({ missing: 0, extra: 0, duplicates: 0, equal: true });
});

test('two workers share a pipeline without doing anything twice (row 93)', async () => {
  const { source, deps } = installation;
  await tableOf('shared', 12_000);
  const pipeline = await startTestPipeline(installation, { name: 'shared', tables: [{ table: 'shared', ...both }] });
  await using one = runWork({ ...deps, holder: 'one' });
  await using two = runWork({ ...deps, holder: 'two' });
  let next = 100_000;
  const goOn = async (): Promise<boolean> => {
    await source.query(`insert into shared values (${next++}, 'new'); delete from shared where id = ${next % 12_000}`);
    await pipeline.assertSound();
    return pipeline.isLive();
  };
  await Promise.all([one.until(goOn, { what: 'one sees it live' }), two.until(goOn, { what: 'two sees it live' })]);
  const end = await pipeline.position();
  await Promise.all([one, two].map((work) => work.until(() => pipeline.isAt(end), { what: 'caught up' })));
  const { mirror, changelog } = await pipeline.compare('shared', ['id']);
  expect(mirror).toMatchObject({ missing: 0, extra: 0, equal: true });
  expect(changelog).toMatchObject({ missing: 0, extra: 0, duplicates: 0, equal: true });
});

test('a parked table does not stop the others, and its changes are kept (rows 8, 69)', async () => {
  const { source, database, deps } = installation;
  await tableOf('parked', 500);
  await tableOf('beside', 500);
  const pipeline = await startTestPipeline(installation, {
    name: 'parking',
    tables: [
      { table: 'parked', ...both },
      { table: 'beside', ...both },
    ],
  });
  await using work = runWork(deps);
  await work.until(() => pipeline.isLive(), { what: 'the tables are live' });
  const { rows } = await database.pool.query<{ id: string }>(
    `select id from pipeline_table where pipeline_id = $1 and source_table = 'parked'`,
    [pipeline.id],
  );
  const tableId = Number(rows[0]?.id);
  await parkTable(database.pool, { tableId, error: new AppError('LAKE_MARKER_MISMATCH', 'a test parks it') });
  await source.query(`begin; insert into parked select i, 'kept' from generate_series(1001, 1200) i;
    insert into beside select i, 'new' from generate_series(1001, 1200) i; commit`);
  const isKept = async () => {
    const kept = await database.pool.query<{ rows: string }>(
      'select coalesce(sum(rows), 0) as rows from spill_block where pipeline_table_id = $1',
      [tableId],
    );
    return Number(kept.rows[0]?.rows) === 200;
  };
  await work.until(isKept, { what: 'the changes are kept' });
  expect(await pipeline.compareMirror('beside')).toMatchObject({ missing: 0, extra: 0, sourceRows: 700, equal: true });
});
