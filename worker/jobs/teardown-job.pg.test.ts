import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { memberActor, SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { leftOnSource } from '@/server/domain/left-on-source.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { deletePipeline } from '@/server/pipelines/delete-pipeline.ts';
import { forgetSource } from '@/server/pipelines/forget-source.ts';
import { listDeletions } from '@/server/pipelines/list-deletions.ts';
import { armFailpoint, type Failpoint } from '@/server/platform/failpoint.ts';
import { deleteSource } from '@/server/sources/delete-source.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline, type TestPipeline } from '@/worker/testing/test-pipeline.ts';

async function openWithPipeline() {
  const installation = await openTestInstallation();
  await installation.source.query('create table item (id int primary key, note text)');
  await installation.source.query(`insert into item select i, 'n' from generate_series(1, 5000) i`);
  await installation.source.query('analyze item');
  const tables = [{ schema: 'public', table: 'item', mirror: true, changelog: true }];
  const pipeline = await startTestPipeline(installation, { name: 'items', tables });
  return { ...installation, pipeline };
}

const isGone =
  ({ database }: TestInstallation, { id }: TestPipeline) =>
  async (): Promise<boolean> =>
    (await database.pool.query('select from pipeline where id = $1', [id])).rowCount === 0;

/** Data files in the warehouse that no lake table names: a table without a snapshot names none. */
async function dataFiles({ deps }: TestInstallation): Promise<string[]> {
  const names = await readdir(join(deps.config.dataDir, 'warehouse'), { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith('.parquet'));
}

async function expectNothingLeft({ source, database }: TestInstallation): Promise<void> {
  expect(await source.query('select 1 from pg_replication_slots where database = current_database()')).toEqual([]);
  expect(await source.query('select 1 from pg_publication')).toEqual([]);
  expect(
    await source.query(
      `select application_name from pg_stat_activity where application_name like 'philotes%' and datname = current_database()`,
    ),
  ).toEqual([]);
  const { rows } = await database.pool.query(`select 1 from pg_tables where schemaname = 'buffer'`);
  expect(rows).toEqual([]);
}

test('a pipeline that is deleted while it runs, and once more, leaves nothing on the source and in the buffer', async () => {
  await using installation = await openWithPipeline();
  const { pipeline, control, deps } = installation;
  await using work = runWork(deps);
  await work.until(() => pipeline.isLive(), { what: 'the pipeline is live' });
  await deletePipeline(control, SYSTEM_ACTOR, { id: pipeline.id });
  await deletePipeline(control, SYSTEM_ACTOR, { id: pipeline.id });
  await work.until(isGone(installation, pipeline), { what: 'the pipeline is gone' });
  await expectNothingLeft(installation);
  expect((await dataFiles(installation)).length).toBeGreaterThan(0);
});

const MOMENTS: readonly Failpoint[] = ['slot-created', 'chunk-copied', 'chunk-stored', 'segment-received'];
for (const point of MOMENTS) {
  test(`a pipeline that is deleted at ${point} leaves no slot, publication, session or file (row 13)`, async () => {
    await using installation = await openWithPipeline();
    const { pipeline, control, deps } = installation;
    await using work = runWork(deps);
    let isDeleted = false;
    using _armed = armFailpoint(point, async () => {
      if (isDeleted) return;
      isDeleted = true;
      await deletePipeline(control, SYSTEM_ACTOR, { id: pipeline.id });
    });
    if (point === 'segment-received') {
      await work.until(async () => (await installation.source.query('select 1 from pg_replication_slots')).length > 0);
      await installation.source.query(`update item set note = 'm'`);
    }
    await work.until(async () => isDeleted && (await isGone(installation, pipeline)()), {
      what: 'the pipeline is gone',
    });
    await expectNothingLeft(installation);
    if (point !== 'segment-received') expect(await dataFiles(installation)).toEqual([]);
  });
}

test('what the source does not let go of is said with the statements, and let go of when it can be (row 13)', async () => {
  await using installation = await openWithPipeline();
  const { pipeline, control, deps, source, database } = installation;
  {
    await using work = runWork(deps);
    await work.until(() => pipeline.isLive(), { what: 'the pipeline is live' });
  }
  const { slot, statements } = leftOnSource(pipeline.id);
  await database.pool.query('update source set port = 1');
  await deletePipeline(control, SYSTEM_ACTOR, { id: pipeline.id });
  const error = async () =>
    (
      await database.pool.query<{ code: string | null; message: string | null }>(
        'select error_code as code, error_message as message from pipeline where id = $1',
        [pipeline.id],
      )
    ).rows[0];
  await using work = runWork(deps);
  await work.until(async () => (await error())?.code === 'SOURCE_NOT_RELEASED', { what: 'the reason is shown' });
  for (const statement of statements) expect((await error())?.message).toContain(statement);
  // By hand, as it says; then the rest goes by itself.
  for (const statement of statements) await source.query(statement);
  expect(await source.query('select 1 from pg_replication_slots where slot_name = $1', [slot])).toEqual([]);
  await database.pool.query('update source set port = $1', [source.connection.port]);
  await database.pool.query(`update pipeline set error_at = error_at - interval '1 minute'`);
  await work.until(isGone(installation, pipeline), { what: 'the pipeline is gone' });
  await expectNothingLeft(installation);
});

test('a pipeline whose source is gone for good goes when it is told to forget it (row 13)', async () => {
  await using installation = await openWithPipeline();
  const { pipeline, control, deps, source, database } = installation;
  {
    await using work = runWork(deps);
    await work.until(() => pipeline.isLive(), { what: 'the pipeline is live' });
  }
  await database.pool.query('update source set port = 1');
  await deletePipeline(control, SYSTEM_ACTOR, { id: pipeline.id });
  await using work = runWork(deps);
  const viewer = memberActor({ id: 'mem_v', role: 'viewer' }, '203.0.113.9');
  const deletions = async () => (await listDeletions(control, viewer)).items;
  await work.until(async () => (await deletions())[0]?.error?.code === 'SOURCE_NOT_RELEASED', {
    what: 'the reason is shown',
  });
  const left = leftOnSource(pipeline.id);
  const { sourceId, destinationId } = installation;
  const shown = { id: pipeline.id, name: 'items', source: { id: sourceId }, leftOnSource: left };
  expect(await deletions()).toMatchObject([{ ...shown, forgetsSource: false }]);
  const removal = deleteSource(control, SYSTEM_ACTOR, { id: sourceId });
  await expect(removal).rejects.toThrow('have not let go of this source yet');
  // Its name is free, and so is what follows of it.
  const tables = [{ schema: 'public', table: 'item', lakeName: 'other' }];
  const like = { name: 'items', sourceId, destinationId, namespace: 'items', tables };
  const draft = await createPipeline(control, SYSTEM_ACTOR, like);
  await expect(forgetSource(control, viewer, { id: draft.id })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(await forgetSource(control, SYSTEM_ACTOR, { id: draft.id })).toEqual(leftOnSource(draft.id));
  expect(await forgetSource(control, SYSTEM_ACTOR, { id: pipeline.id })).toEqual(left);
  expect(await deletions()).toMatchObject([{ ...shown, forgetsSource: true, error: null }]);
  const { rows: entries } = await database.pool.query(
    `select detail from audit_entry where action = 'pipeline.forget-source' and subject = $1`,
    [pipeline.id],
  );
  expect(entries).toEqual([{ detail: { name: 'items', ...left } }]);
  const { slot, publication, statements } = left;
  await work.until(isGone(installation, pipeline), { what: 'the pipeline is gone' });
  expect(await deletions()).toEqual([]);
  // Exactly what was named is left on this source, which was not gone after all.
  expect(await source.query('select slot_name from pg_replication_slots where database = current_database()')).toEqual([
    { slot_name: slot },
  ]);
  expect(await source.query('select pubname from pg_publication')).toEqual([{ pubname: publication }]);
  for (const statement of statements) await source.query(statement);
  await expectNothingLeft(installation);
});

test('a source that answers after all lets go of a pipeline that was told to forget it', async () => {
  await using installation = await openWithPipeline();
  const { pipeline, control, deps } = installation;
  await using work = runWork(deps);
  await work.until(() => pipeline.isLive(), { what: 'the pipeline is live' });
  await forgetSource(control, SYSTEM_ACTOR, { id: pipeline.id });
  await work.until(isGone(installation, pipeline), { what: 'the pipeline is gone' });
  await expectNothingLeft(installation);
});
