import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { deletePipeline } from '@/server/pipelines/delete-pipeline.ts';
import { stopPipeline } from '@/server/pipelines/stop-pipeline.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';

test('a deleted pipeline leaves no slot, publication or segment table behind', async () => {
  await using installation = await openTestInstallation();
  const { source, control, database, deps } = installation;
  await source.query('create table item (id int primary key)');
  const tables = [{ schema: 'public', table: 'item', mirror: true, changelog: false }];
  const pipeline = await startTestPipeline(installation, { name: 'items', tables });
  await using work = runWork(deps);
  await work.until(() => pipeline.isLive(), { what: 'the pipeline is live' });
  const stateIs = (state: string | undefined) => async () => {
    const { rows } = await database.pool.query<{ state: string }>('select state from pipeline where id = $1', [
      pipeline.id,
    ]);
    return rows[0]?.state === state;
  };
  await stopPipeline(control, SYSTEM_ACTOR, { id: pipeline.id });
  await work.until(stateIs('stopped'), { what: 'the pipeline has stopped' });
  await deletePipeline(control, SYSTEM_ACTOR, { id: pipeline.id });
  await work.until(stateIs(undefined), { what: 'the pipeline is gone' });

  expect(await source.query('select 1 from pg_replication_slots where database = current_database()')).toEqual([]);
  expect(await source.query('select 1 from pg_publication')).toEqual([]);
  const { rows } = await database.pool.query(`select 1 from pg_tables where schemaname = 'buffer'`);
  expect(rows).toEqual([]);
});
