import { expect, test } from 'vitest';
import { memberActor, SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { pausePipeline } from '@/server/pipelines/pause-pipeline.ts';
import { resumePipeline } from '@/server/pipelines/resume-pipeline.ts';
import { stopPipeline } from '@/server/pipelines/stop-pipeline.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';

test('a paused pipeline rests, keeps its slot, and goes on exactly where it was', async () => {
  await using installation = await openTestInstallation();
  const { source, control, database, deps } = installation;
  await source.query('create table item (id int primary key, note text)');
  await source.query(`insert into item select i, 'n' || i from generate_series(1, 9000) i`);
  await source.query('analyze item');
  const pipeline = await startTestPipeline(installation, {
    name: 'items',
    tables: [{ table: 'item', mirror: true, changelog: true }],
  });
  const { id } = pipeline;
  await using work = runWork(deps);
  const figure = async (sql: string) => (await database.pool.query(sql, [id])).rows[0]?.figure;
  const doneChunks = `select count(*)::int as figure from copy_chunk join pipeline_table on pipeline_table.id = pipeline_table_id
                       where pipeline_id = $1 and copy_chunk.state = 'done'`;
  const heldLeases = 'select count(*)::int as figure from lease where pipeline_id = $1 and expires_at > now()';
  const state = 'select state as figure from pipeline where id = $1';
  let next = 100_000;
  const write = () =>
    source.query(`insert into item values (${next++}, 'new'); delete from item where id = ${next % 9000}`);

  for (const passed of [async () => (await figure(doneChunks)) >= 2, () => pipeline.isLive()]) {
    await work.until(
      async () => {
        await write();
        return passed();
      },
      { what: 'it got somewhere' },
    );
    const first = await pausePipeline(control, SYSTEM_ACTOR, { id });
    expect(first).toMatchObject({ state: 'paused', wal: { slot: expect.stringContaining('philotes_') } });
    expect(first.wal.note).toMatch(/keeps all WAL/);
    await pausePipeline(control, SYSTEM_ACTOR, { id });
    await work.until(async () => (await figure(heldLeases)) === 0, { what: 'the workers have let go' });
    const captured = await figure('select tail_end_lsn::text as figure from position where pipeline_id = $1');
    for (let n = 0; n < 10; n++) await write();
    // A round of the reconciler finds nothing to do.
    await work.until(async () => (await figure(state)) === 'paused');
    expect(await figure(heldLeases)).toBe(0);
    expect(await figure('select tail_end_lsn::text as figure from position where pipeline_id = $1')).toBe(captured);
    expect(await source.query('select active from pg_replication_slots where database = current_database()')).toEqual([
      { active: false },
    ]);
    expect(await resumePipeline(control, SYSTEM_ACTOR, { id })).toEqual({ state: 'starting' });
    await resumePipeline(control, SYSTEM_ACTOR, { id });
  }
  const end = await pipeline.position();
  await work.until(() => pipeline.isAt(end), { what: 'the lake has caught up' });
  const { mirror, changelog } = await pipeline.compare('item', ['id']);
  expect(mirror).toMatchObject({ missing: 0, extra: 0, equal: true });
  expect(changelog).toMatchObject({ missing: 0, extra: 0, duplicates: 0, equal: true });

  await pausePipeline(control, SYSTEM_ACTOR, { id });
  await stopPipeline(control, SYSTEM_ACTOR, { id });
  await work.until(async () => (await figure(state)) === 'stopped', { what: 'it has stopped' });
  await expect(pausePipeline(control, SYSTEM_ACTOR, { id })).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(resumePipeline(control, SYSTEM_ACTOR, { id })).rejects.toThrow(/start it instead/);
});

test('only operators pause and resume', async () => {
  await using installation = await openTestInstallation();
  const { source, control } = installation;
  await source.query('create table item (id int primary key)');
  const tables = [{ table: 'item', mirror: true, changelog: false }];
  const { id } = await startTestPipeline(installation, { name: 'items', tables });
  const viewer = memberActor({ id: 'mem_v', role: 'viewer' }, null);
  await expect(pausePipeline(control, viewer, { id })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(resumePipeline(control, viewer, { id })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(pausePipeline(control, SYSTEM_ACTOR, { id: 'pl_none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
