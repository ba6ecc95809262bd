import { expect, test } from 'vitest';
import { openSource } from '@/server/sources/open-source.ts';
import { openScenario } from '@/test/faults/scenario.ts';
import { acquireLease } from '@/worker/buffer/lease.ts';
import { readPipeline, readTables } from './definition.ts';
import { keepStartingCopies } from './start-copies.ts';

test('a table that begins anew while a shift begins is found and copied, not taken for one that is gone (row 64)', async () => {
  await using scenario = await openScenario('anew');
  const { database, deps } = scenario.installation;
  const pipeline = await readPipeline(database.pool, scenario.pipeline.id);
  const lease = await acquireLease(database.pool, {
    pipelineId: scenario.pipeline.id,
    role: 'capture',
    holder: 'test',
    ttlMs: 60_000,
  });
  if (!pipeline || !lease) throw new Error('the pipeline is not at rest');
  const provisioned = { tables: await readTables(database.pool, pipeline.id), isPublished: true };
  // What commit does for a resync, between the look at the tables and the first plan.
  await database.pool.query(
    `update pipeline_table set state = 'pending', source_oid = null, generation = generation + 1, copy_plan = null`,
  );
  const stop = new AbortController();
  const connection = await openSource(deps, pipeline.sourceId);
  const { log } = deps;
  const planning = keepStartingCopies(deps, { pipeline, lease, connection, provisioned, log, signal: stop.signal });
  const state = async () => (await readTables(database.pool, pipeline.id))[0];
  while ((await state())?.state === 'pending') await new Promise((resolve) => setTimeout(resolve, 50));
  stop.abort();
  await planning;
  expect(await state()).toMatchObject({ state: 'copying', errorCode: null });
});
