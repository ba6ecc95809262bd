import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { acceptTable } from '@/server/pipelines/accept-table.ts';
import { listPipelines } from '@/server/pipelines/list-pipelines.ts';
import { getTable } from '@/server/pipelines/list-tables.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { getVerification } from '@/server/verifications/get-verification.ts';
import { repairVerification } from '@/server/verifications/repair-verification.ts';
import { startVerification } from '@/server/verifications/start-verification.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { testTables } from '@/worker/testing/test-tables.ts';

const EXACT = { missing: 0, extra: 0, duplicates: 0, equal: true };

test('rows that the source changes without a word in its log leave the mirror in doubt, until it is proven (rows 38, 41)', async () => {
  await using installation = await openTestInstallation();
  const { source, control } = installation;
  await source.query('create table item (id int primary key, note text, amount bigint)');
  await source.query(`insert into item select i, 'n' || i, i from generate_series(1, 20) i`);
  const pipeline = await startTestPipeline(installation, {
    name: 'p',
    tables: [{ table: 'item', mirror: true, changelog: true }],
    settings: { batchAgeMsMax: 100 },
  });
  const tables = testTables(installation, pipeline.id);
  await using work = runWork(installation.deps);
  await work.until(() => pipeline.isLive(), { what: 'it is live' });
  const key = await tables.key('item');
  const doubts = async () =>
    (await getTable(control, SYSTEM_ACTOR, key)).doubts.map(({ kind, column }) => [kind, column].join(' '));
  const needLook = async () => (await listPipelines(control, SYSTEM_ACTOR, { attention: true })).items.length;
  const verified = async () => {
    const { id } = await startVerification(control, SYSTEM_ACTOR, key);
    const named = { ...key, verificationId: id };
    const state = async () => (await getVerification(control, SYSTEM_ACTOR, named)).state;
    await work.until(async () => (await state()) === 'done', { what: 'the verification is done' });
    return named;
  };

  await source.query(`alter table item add column plain text; insert into item values (21, 'x', 1, 'y')`);
  await pipeline.caughtUp(work);
  expect(await doubts()).toEqual([]);

  await source.query(`alter table item add column status text default 'new', alter column amount type int using 5;
    insert into item values (22, 'x', 2)`);
  await pipeline.caughtUp(work);
  expect(await doubts()).toEqual(['column-retyped amount', 'column-added status']);
  expect(await needLook()).toBe(1);
  const named = await verified();
  expect(await doubts()).toEqual(['column-retyped amount', 'column-added status', 'verification ']);
  await repairVerification(control, SYSTEM_ACTOR, named);
  await work.until(async () => (await doubts()).length === 0, { what: 'what differed is repaired' });
  expect(await pipeline.compareMirror('item')).toMatchObject(EXACT);
  expect(await needLook()).toBe(0);

  // Nothing was lost by this one; a verification that finds everything equal says so.
  await source.query(`alter table item alter column id type bigint; update item set note = 'z' where id = 1`);
  await pipeline.caughtUp(work);
  expect(await doubts()).toEqual(['column-retyped id']);
  await verified();
  expect(await doubts()).toEqual([]);

  await source.query(
    `alter table item alter column amount type bigint using amount * 2; delete from item where id = 2`,
  );
  await pipeline.caughtUp(work);
  expect(await doubts()).toEqual(['column-retyped amount']);
  expect(await acceptTable(control, SYSTEM_ACTOR, key)).toEqual({ accepted: 1 });
  expect(await doubts()).toEqual([]);

  await source.query(`alter table item add column more int not null default 7; delete from item where id = 3`);
  await pipeline.caughtUp(work);
  expect(await doubts()).toEqual(['column-added more']);
  await resyncTable(control, SYSTEM_ACTOR, key);
  await work.until(async () => (await tables.row('item'))?.generation === 3 && (await pipeline.isLive()), {
    what: 'it is copied again',
  });
  await source.query(`update item set note = 'last' where id = 4`);
  await pipeline.caughtUp(work);
  expect(await doubts()).toEqual([]);
  expect(await pipeline.compareMirror('item')).toMatchObject(EXACT);
});
