import { expect, test } from 'vitest';
import { openSource } from '@/server/sources/open-source.ts';
import { openScenario } from '@/test/faults/scenario.ts';
import { acquireLease } from '@/worker/buffer/lease.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { readPipeline, readTables } from './definition.ts';
import { keepStartingCopies } from './start-copies.ts';

/** What commit does for a resync. */
const BEGIN_ANEW = `update pipeline_table set state = 'pending', source_oid = null, generation = generation + 1, copy_plan = null`;

test('a table that begins anew while a shift begins is found and copied, not taken for one that is gone (row 64)', async () => {
  await using scenario = await openScenario('anew');
  const { database } = scenario.installation;
  const planner = await openPlanner(scenario.installation, scenario.pipeline.id);
  // Between the look at the tables and the first plan.
  await database.pool.query(BEGIN_ANEW);
  await using planning = planner.start();
  await planning.until((states) => !states.includes('pending'));
  expect(await planner.tables()).toMatchObject([{ state: 'copying', errorCode: null }]);
});

test('a table that begins anew while another one is looked up waits for the next look (row 64)', async () => {
  await using installation = await openTestInstallation();
  const { source, database, deps } = installation;
  await source.query('create table a (id int primary key); create table b (id int primary key)');
  const tables = ['a', 'b'].map((table) => ({ table, mirror: true, changelog: false }));
  const pipeline = await startTestPipeline(installation, { name: 'two', tables });
  {
    await using work = runWork(deps);
    await work.until(() => pipeline.isLive(), { what: 'both are live' });
  }
  const planner = await openPlanner(installation, pipeline.id);
  await database.pool.query(`${BEGIN_ANEW} where source_table = 'a'`);
  const blocker = await database.pool.connect();
  try {
    // The planner has found the first table in the source, and cannot write it down.
    await blocker.query(`begin; select from pipeline_table where source_table = 'a' for update`);
    await using planning = planner.start();
    await planning.until(async () => {
      const { rowCount } = await blocker.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rowCount === 1;
    });
    await database.pool.query(`${BEGIN_ANEW} where source_table = 'b'`);
    await blocker.query('commit');
    await planning.until((states) => !states.includes('pending'));
  } finally {
    blocker.release(true);
  }
  expect(await planner.tables()).toMatchObject([
    { state: 'copying', errorCode: null },
    { state: 'copying', errorCode: null },
  ]);
});

/** Plans copies of a pipeline at rest, as its capture shift does; the tables are as they were when this was called. */
async function openPlanner({ database, deps }: TestInstallation, pipelineId: string) {
  const { pool } = database;
  const pipeline = await readPipeline(pool, pipelineId);
  const lease = await acquireLease(pool, { pipelineId, role: 'capture', holder: 'test', ttlMs: 60_000 });
  if (!pipeline || !lease) throw new Error('the pipeline is not at rest');
  const tables = () => readTables(pool, pipelineId);
  const provisioned = { tables: await tables(), isPublished: true };
  const connection = await openSource(deps, pipeline.sourceId);
  return {
    tables,
    start() {
      const stop = new AbortController();
      const { log } = deps;
      const planning = keepStartingCopies(deps, { pipeline, lease, connection, provisioned, log, signal: stop.signal });
      return {
        async until(holds: (states: string[]) => boolean | Promise<boolean>) {
          while (!(await holds((await tables()).map(({ state }) => state)))) {
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
        },
        async [Symbol.asyncDispose]() {
          stop.abort();
          await planning;
        },
      };
    },
  };
}
