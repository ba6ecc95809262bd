import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { armFailpoint } from '@/server/platform/failpoint.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline, type TestPipeline } from '@/worker/testing/test-pipeline.ts';
import { testTables } from '@/worker/testing/test-tables.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await openTestInstallation();
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

const EXACT = { missing: 0, extra: 0, duplicates: 0, equal: true };

/** A worker that dies when its join is in the lake and not settled. */
async function dieAtJoin(pipeline: TestPipeline): Promise<void> {
  const work = runWork({ ...installation.deps, holder: `first of ${pipeline.id}` });
  let ended: Promise<void> | null = null;
  using _armed = armFailpoint('join-sent', () => {
    ended ??= Promise.resolve(work[Symbol.asyncDispose]());
    throw new Error('crash');
  });
  await work.until(async () => ended !== null, { what: 'the join is sent' }).catch(() => undefined); // it ends with it
  await ended;
}

/** What comes now is committed before the next attempt to join: the copy's end lies behind it. */
async function writeBeforeNextJoin(pipeline: TestPipeline, name: string): Promise<void> {
  const { source, database } = installation;
  for (let id = 1; id <= 50; id++) {
    await source.query(`begin; insert into ${name} values (${1000 + id}, 'late');
      update ${name} set note = 'changed' where id = ${id}; delete from ${name} where id = ${500 + id}; commit`);
  }
  await database.pool.query('update pipeline_table set copy_end_lsn = $2::pg_lsn where pipeline_id = $1', [
    pipeline.id,
    await pipeline.position(),
  ]);
  await source.query(`insert into ${name} values (9999, 'last')`);
}

async function definePipeline(name: string): Promise<TestPipeline> {
  const { source } = installation;
  await source.query(`create table ${name} (id int primary key, note text)`);
  await source.query(`insert into ${name} select i, 'n' || i from generate_series(1, 900) i`);
  return startTestPipeline(installation, {
    name,
    tables: [{ table: name, mirror: true, changelog: true }],
    settings: { batchAgeMsMax: 100 },
  });
}

async function assertExact(pipeline: TestPipeline, name: string): Promise<void> {
  await using work = runWork({ ...installation.deps, holder: `next of ${name}` });
  await pipeline.caughtUp(work);
  expect(await pipeline.compare(name, ['id'])).toMatchObject({ mirror: EXACT, changelog: EXACT });
}

test('a copy that was in the lake before its worker died loses nothing that was committed before it joined (rows 59, 62, 84)', async () => {
  const pipeline = await definePipeline('landed');
  await dieAtJoin(pipeline);
  await writeBeforeNextJoin(pipeline, 'landed');
  await assertExact(pipeline, 'landed');
});

test('so does a part that was read again (rows 59, 64, 84)', async () => {
  const pipeline = await definePipeline('landed_part');
  {
    await using work = runWork({ ...installation.deps, holder: 'before' });
    await work.until(() => pipeline.isLive(), { what: 'the table is live' });
  }
  const key = await testTables(installation, pipeline.id).key('landed_part');
  await resyncTable(installation.control, SYSTEM_ACTOR, { ...key, from: '100', to: '300' });
  await dieAtJoin(pipeline);
  await writeBeforeNextJoin(pipeline, 'landed_part');
  await assertExact(pipeline, 'landed_part');
});
