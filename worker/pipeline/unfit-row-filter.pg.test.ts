import { afterEach, beforeEach, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { publicationName } from '@/server/domain/names.ts';
import { pausePipeline } from '@/server/pipelines/pause-pipeline.ts';
import { resumePipeline } from '@/server/pipelines/resume-pipeline.ts';
import { resumeTable } from '@/server/pipelines/resume-table.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { watchRestingSlot } from '@/worker/jobs/watch-job.ts';
import { CLEAN, filteredTables, only } from '@/worker/testing/filtered-tables.ts';
import { openRuled } from '@/worker/testing/open-ruled.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';

let installation: TestInstallation;
let filtered: ReturnType<typeof filteredTables>;
beforeEach(async () => {
  installation = await openTestInstallation();
  filtered = filteredTables(installation);
});
afterEach(async () => {
  await installation[Symbol.asyncDispose]();
});

test('an identity that loses a column of the filter takes the table out at once, so that the source goes on', async () => {
  const { source, control, deps } = installation;
  await source.query(`create table item (id int primary key, status text); alter table item replica identity full;
    create table other (id int primary key, n int); insert into item values (1, 'a'), (2, 'b'); insert into other values (1, 1)`);
  await using ruled = await openRuled(installation, { item: { where: only(['status', '=', 'a']) }, other: {} });
  const { work, tables } = ruled;
  await work.until(ruled.isLive, { what: 'both are live' });
  const key = await tables.key('item');
  const mayUpdate = async () =>
    source.query(`update item set status = status`).then(
      () => true,
      () => false,
    );
  await source.query('alter table item replica identity default');
  await work.until(mayUpdate, { what: 'the source can update again', withinMs: 10_000 });
  await work.until(tables.stateIs('item', 'needs_attention'), { what: 'the table is parked' });
  expect((await tables.row('item'))?.error_code).toBe('ROW_FILTER_UNFIT');
  await expect(resumeTable({ database: installation.database }, SYSTEM_ACTOR, key)).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  await source.query(`insert into item values (3, 'a'); update other set n = 2`);
  await work.until(async () => (await ruled.lake('other'))[0]?.n === 2, { what: 'the other table goes on' });

  await resyncTable(control, SYSTEM_ACTOR, key);
  await work.until(
    async () => (await tables.row('item'))?.generation === 2 && tables.stateIs('item', 'needs_attention')(),
  );
  expect((await tables.row('item'))?.error_code).toBe('ROW_FILTER_UNFIT');
  await source.query('alter table item replica identity full');
  await resyncTable(control, SYSTEM_ACTOR, key);
  await work.until(filtered.isLiveAgain, { what: 'it is live again' });
  await ruled.caughtUp();
  expect((await ruled.lake('item')).map(({ id }) => id)).toEqual([1, 3]);

  // Also while nobody reads the stream.
  await pausePipeline(control, SYSTEM_ACTOR, { id: ruled.id });
  await work.until(async () => {
    const { rows } = await installation.database.pool.query<{ state: string }>('select state from pipeline');
    return rows[0]?.state === 'paused';
  });
  await source.query('alter table item replica identity nothing');
  expect(await mayUpdate()).toBe(false);
  await watchRestingSlot(deps, { pipelineId: ruled.id, signal: new AbortController().signal });
  expect((await tables.row('item'))?.error_code).toBe('ROW_FILTER_UNFIT');
  await source.query(`insert into item values (4, 'a')`);
  await resumePipeline(control, SYSTEM_ACTOR, { id: ruled.id });
  await source.query('update other set n = 3');
  await work.until(async () => (await ruled.lake('other'))[0]?.n === 3, { what: 'the other table goes on' });
}, 180_000);

test('a filter that somebody changed in the publication is noticed, and a renamed column is none (row 47)', async () => {
  const { source, control } = installation;
  await source.query(`create table item (id int primary key, status text); alter table item replica identity full;
    create table plain (id int primary key);
    insert into item values (1, 'a'), (2, 'b'); insert into plain values (1)`);
  await using ruled = await openRuled(installation, { item: { where: only(['status', '=', 'a']) }, plain: {} });
  const { work, tables } = ruled;
  await work.until(ruled.isLive, { what: 'both are live' });
  await source.query(`alter table item rename column status to state; alter table item add column status text;
    insert into item values (3, 'a', 'b'), (4, 'b', 'a')`);
  await ruled.caughtUp();
  expect((await ruled.lake('item')).map(({ id }) => id)).toEqual([1, 3]);
  expect(await filtered.verified(ruled, 'item')).toMatchObject(CLEAN);

  const publication = publicationName(ruled.id);
  await source.query(
    `alter publication ${publication} set table only item where (state = 'b'), only plain where (id > 5)`,
  );
  for (const table of ['item', 'plain']) {
    await work.until(tables.stateIs(table, 'needs_attention'), { what: `${table} is parked` });
    expect((await tables.row(table))?.error_code).toBe('SOURCE_PUBLICATION');
    await resyncTable(control, SYSTEM_ACTOR, await tables.key(table));
  }
  // Its name means another column now, which is what a new life takes.
  await work.until(filtered.isLiveAgain, { what: 'both are live again' });
  await source.query(`insert into item values (5, 'b', 'a'), (6, 'a', 'b'); insert into plain values (2)`);
  await ruled.caughtUp();
  expect((await ruled.lake('item')).map(({ id }) => id)).toEqual([4, 5]);
  expect((await ruled.lake('plain')).map(({ id }) => id)).toEqual([1, 2]);
}, 120_000);
