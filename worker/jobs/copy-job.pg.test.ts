import { expect, test } from 'vitest';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { captureShift } from './capture-job.ts';
import { copyJob } from './copy-job.ts';

test('a copy job goes on with the chunks that wait, until none is left', async () => {
  await using installation = await openTestInstallation();
  const { source, database, deps } = installation;
  await source.query('create table item (id int primary key, note text)');
  await source.query(`insert into item select i, 'note ' || i from generate_series(1, 5000) i`);
  await source.query('analyze item');
  const tables = [{ table: 'item', mirror: true, changelog: false }];
  const { id: pipelineId } = await startTestPipeline(installation, { name: 'item', tables });
  const stop = new AbortController();
  const capturing = captureShift(deps, { pipelineId, signal: stop.signal });
  const chunks = async () => {
    const { rows } = await database.pool.query<{ id: string; state: string }>(
      'select id, state from copy_chunk order by id',
    );
    return rows;
  };
  await expect.poll(async () => (await chunks()).length, { timeout: 30_000 }).toBeGreaterThan(3);
  const [first] = await chunks();
  await copyJob(deps, { chunkId: Number(first?.id), signal: stop.signal });
  expect(new Set((await chunks()).map(({ state }) => state))).toEqual(new Set(['done']));
  const { rows } = await database.pool.query('select state, copy_rows from pipeline_table');
  expect(rows).toEqual([{ state: 'catching_up', copy_rows: '5000' }]);
  stop.abort();
  await capturing;
});
