import { afterAll, beforeAll, expect, test } from 'vitest';
import { captureShift } from '@/worker/jobs/capture-job.ts';
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

test('a second job for the same work leaves the shift that this worker has alone (row 93)', async () => {
  const { source, database, deps } = installation;
  await source.query('create table twice (id int primary key)');
  const tables = [{ table: 'twice', mirror: true, changelog: false }];
  const pipeline = await startTestPipeline(installation, { name: 'twice', tables });
  const tokens = async () =>
    (await database.pool.query('select role, token from lease where pipeline_id = $1 order by role', [pipeline.id]))
      .rows;
  await using work = runWork(deps);
  await work.until(() => pipeline.isLive(), { what: 'the table is live' });
  const before = await tokens();
  const signal = new AbortController().signal;
  await Promise.all([1, 2, 3].map(() => captureShift(deps, { pipelineId: pipeline.id, signal })));
  expect(await tokens()).toEqual(before);
});
