import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { listCommits } from '@/server/pipelines/list-commits.ts';
import { listSchemaChanges } from '@/server/pipelines/list-schema-changes.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { testTables } from '@/worker/testing/test-tables.ts';

test('every change of the columns is on record once, across restarts and a resync, and so is every commit', async () => {
  await using installation = await openTestInstallation();
  const { source, control, deps } = installation;
  await source.query('create table item (id int primary key, note text, gone text)');
  await source.query(`insert into item select i, 'n', 'g' from generate_series(1, 100) i`);
  const tables = [{ table: 'item', mirror: true, changelog: true }];
  const pipeline = await startTestPipeline(installation, { name: 'p', tables });
  const { id: pipelineId } = pipeline;
  const { key, row } = testTables(installation, pipelineId);
  const history = async () => {
    const { items } = await listSchemaChanges(control, SYSTEM_ACTOR, { pipelineId, sort: 'at' });
    return items.map(({ kind, column, action }) => `${kind} ${column} ${action}`);
  };
  let next = 1_000;
  const caughtUp = async (work: ReturnType<typeof runWork>) => {
    await source.query(`insert into item (id) values (${next++})`);
    await pipeline.caughtUp(work);
  };
  const expected: string[] = [];
  {
    await using work = runWork(deps);
    await work.until(() => pipeline.isLive(), { what: 'it is live' });
    await caughtUp(work);
    expect(await history()).toEqual([]);
    await source.query('alter table item add column extra int');
    await caughtUp(work);
    await source.query('alter table item rename column note to remark');
    await source.query('alter table item drop column gone');
    await caughtUp(work);
    expected.push('column-added extra followed', 'column-dropped gone kept', 'column-renamed remark followed');
    expect(await history()).toEqual(expected);
  }
  {
    await using work = runWork({ ...deps, holder: 'second' });
    await source.query('alter table item alter column extra type bigint');
    await caughtUp(work);
    expected.push('column-retyped extra followed');
    expect(await history()).toEqual(expected);
  }
  await using work = runWork({ ...deps, holder: 'third' });
  await caughtUp(work);
  await resyncTable(control, SYSTEM_ACTOR, await key('item'));
  await work.until(async () => (await row('item'))?.generation === 2 && (await pipeline.isLive()), {
    what: 'resynced',
  });
  await source.query('alter table item add column last text');
  await caughtUp(work);
  expected.push('column-added last followed');
  expect(await history()).toEqual(expected);

  const first = await listSchemaChanges(control, SYSTEM_ACTOR, { pipelineId, limit: 2 });
  expect(first.items.map(({ column }) => column)).toEqual(['last', 'extra']);
  expect(first.items[1]).toMatchObject({
    before: { type: 'integer' },
    after: { type: 'bigint' },
    source: 'public.item',
  });
  const cursor = first.nextCursor ?? '';
  const rest = await listSchemaChanges(control, SYSTEM_ACTOR, { pipelineId, limit: 10, cursor });
  expect(rest.items).toHaveLength(3);

  const commits: string[] = [];
  let page = await listCommits(control, SYSTEM_ACTOR, { pipelineId, limit: 2 });
  for (;;) {
    for (const { batchId, kind, tables: touched } of page.items) {
      commits.push(`${kind} ${batchId}`);
      expect(new Set(touched.map(({ mode }) => mode)).size).toBe(touched.length);
    }
    if (page.nextCursor === null) break;
    page = await listCommits(control, SYSTEM_ACTOR, { pipelineId, limit: 2, cursor: page.nextCursor });
  }
  expect(new Set(commits).size).toBe(commits.length);
  expect(commits.filter((one) => one.startsWith('copy'))).toHaveLength(2);
  const copies = await listCommits(control, SYSTEM_ACTOR, { pipelineId, kind: 'copy' });
  expect(copies.items[0]?.tables.map(({ mode }) => mode).sort()).toEqual(['changelog', 'mirror']);
  expect(copies.items[0]?.rowsAdded).toBeGreaterThan(200);
  await expect(listCommits(control, SYSTEM_ACTOR, { pipelineId: 'pl_none' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});
