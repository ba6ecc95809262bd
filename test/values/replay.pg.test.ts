import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { requestReplay } from '@/server/dead-letters/dead-letters.ts';
import { listDeadLetters } from '@/server/dead-letters/list-dead-letters.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { stopPipeline } from '@/server/pipelines/stop-pipeline.ts';
import { updatePipeline } from '@/server/pipelines/update-pipeline.ts';
import { armFailpoint } from '@/server/platform/failpoint.ts';
import { compareChangelog, compareMirror } from '@/test/compare/compare-table.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { readRows } from './read-rows.ts';
import { type Replication, replicate, sides } from './replicate.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await openTestInstallation();
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

const lettersOf = async (pipelineId: string, state?: 'open' | 'replayed' | 'superseded') =>
  (await listDeadLetters(installation.control, SYSTEM_ACTOR, { pipelineId, ...(state ? { state } : {}) })).items;

const replayAll = async (replication: Replication): Promise<void> => {
  for (const { id } of await lettersOf(replication.id, 'open')) {
    await requestReplay(installation.control, SYSTEM_ACTOR, { pipelineId: replication.id, id });
  }
};
const noneRequested = (replication: Replication) => async () => {
  const { rowCount } = await installation.database.pool.query(
    `select 1 from dead_letter d join pipeline_table t on t.id = d.pipeline_table_id
      where t.pipeline_id = $1 and d.state = 'replay_requested'`,
    [replication.id],
  );
  return rowCount === 0;
};
const both = (table: string) => ({ schema: 'public', table, mirror: true, changelog: true });

test('a replay carries the present row and the parked change; a value still out of range stays parked with the reason', async () => {
  const { source } = installation;
  await source.query(`create table r_day (id int primary key, day date, note text)`);
  await source.query(
    `insert into r_day values (1, 'infinity', 'copied'), (2, '2024-01-01', 'fine'), (3, '0044-03-15 BC', 'old')`,
  );
  await using replication = await replicate(installation, { name: 'replays', tables: [both('r_day')] });
  await replication.live();
  await source.query(`insert into r_day values (4, 'infinity', 'streamed')`);
  await source.query(`update r_day set day = '-infinity' where id = 2`);
  await replication.caughtUp();
  expect(await lettersOf(replication.id, 'open')).toHaveLength(4);
  await replayAll(replication);
  await replication.until(noneRequested(replication), { what: 'the replays have been tried', withinMs: 20_000 });
  expect(await lettersOf(replication.id, 'open')).toHaveLength(4);

  await replication.restarted(async () => {
    const { control } = installation;
    await stopPipeline(control, SYSTEM_ACTOR, { id: replication.id });
    const { database } = installation;
    await database.pool.query(`update pipeline set state = 'stopped' where id = $1`, [replication.id]);
    await updatePipeline(control, SYSTEM_ACTOR, {
      id: replication.id,
      tables: [{ ...both('r_day'), policies: { day: 'null' } }],
    });
    await startPipeline(control, SYSTEM_ACTOR, { id: replication.id });
  });
  await source.query(`update r_day set note = 'newer' where id = 3`);
  await replayAll(replication);
  await replication.until(noneRequested(replication), { what: 'the replays are done', withinMs: 20_000 });
  await replication.caughtUp();
  expect(await lettersOf(replication.id, 'open')).toEqual([]);
  const place = sides(installation, { namespace: 'replays', table: 'r_day' });
  const mirror = (await readRows(place)).map(({ id, day, note }) => [Number(id), day, note]).sort();
  expect(mirror).toEqual([
    [1, null, 'copied'],
    [2, null, 'fine'],
    [3, null, 'newer'],
    [4, null, 'streamed'],
  ]);
  const changes = (await readRows({ ...place, lakeTable: 'r_day_changelog' })).map(
    (row) => `${row._philotes_op} ${row.id} ${row.note}`,
  );
  expect(changes.sort()).toEqual(['i 4 streamed', 'r 1 copied', 'r 2 fine', 'r 3 old', 'u 2 fine', 'u 3 newer']);
}, 200_000);

test('a value that a parked change brought is not taken from the lake, and a whole later row closes the letter', async () => {
  const { source } = installation;
  await source.query(`create table r_toast (id int primary key, day date, body text)`);
  await source.query(`alter table r_toast alter body set storage external`);
  await source.query(`insert into r_toast select i, '2024-01-01', repeat('old', 3000) from generate_series(1, 4) i`);
  await using replication = await replicate(installation, {
    name: 'stale',
    tables: [{ ...both('r_toast'), changelog: false }],
  });
  await replication.live();
  await source.query(`update r_toast set day = 'infinity', body = repeat('new', 3000) where id <= 3`);
  await replication.caughtUp();
  expect(await lettersOf(replication.id, 'open')).toHaveLength(3);
  // The body is not sent again: neither may the lake's old one be shown as present.
  await source.query(`update r_toast set day = '2025-01-01' where id = 1`);
  await source.query(`update r_toast set day = '2025-01-01', body = repeat('whole', 3000) where id = 2`);
  await source.query(`update r_toast set id = 30, day = '2025-01-01' where id = 3`);
  await replication.caughtUp();
  const place = sides(installation, { namespace: 'stale', table: 'r_toast' });
  const rows = await readRows(place);
  const shown = Object.fromEntries(rows.map(({ id, day, body }) => [Number(id), `${day} ${body?.slice(0, 5)}`]));
  expect(shown).toEqual({ 1: '19723 oldol', 2: '20089 whole', 4: '19723 oldol' });
  const open = await lettersOf(replication.id, 'open');
  expect(open.map(({ op, column }) => `${op} ${column}`).sort()).toEqual(['u body', 'u body', 'u day']);
  await replayAll(replication);
  await replication.until(noneRequested(replication), { what: 'the replays are done', withinMs: 20_000 });
  expect(await lettersOf(replication.id, 'open')).toEqual([]);
  expect(await compareMirror(place)).toMatchObject({ missing: 0, extra: 0 });
}, 200_000);

test('a replay that crashed behind its commit is settled once, and rows that were fetched ahead of the stream stay single', async () => {
  const { source, database } = installation;
  await source.query(`create table r_crash (id int primary key, day date, n int)`);
  await source.query(`insert into r_crash values (1, 'infinity', 0), (2, '2024-01-01', 0)`);
  await using replication = await replicate(installation, { name: 'crashed', tables: [both('r_crash')] });
  await replication.live();
  await source.query(`insert into r_crash values (3, 'infinity', 0)`);
  await replication.caughtUp();
  let crashes = 0;
  await replication.restarted(async () => {
    // The stream is behind: the source moves on while nobody reads.
    await source.query(`update r_crash set day = '2024-05-05', n = 1 where id = 1`);
    await source.query(`delete from r_crash where id = 3`);
    await source.query(`insert into r_crash values (3, '2024-06-06', 2)`);
    await replayAll(replication);
  });
  using _armed = armFailpoint('replay-committed', () => {
    crashes += 1;
    if (crashes === 1) throw new AppError('CATALOG_UNREACHABLE', 'the process ends here');
  });
  await replication.until(noneRequested(replication), { what: 'the replays are done', withinMs: 30_000 });
  expect(crashes).toBe(2);
  // The changelog has no room for the parked changes as they were.
  expect(await lettersOf(replication.id, 'open')).toHaveLength(2);
  await replication.caughtUp();
  const place = sides(installation, { namespace: 'crashed', table: 'r_crash' });
  expect(await compareMirror(place)).toMatchObject({ missing: 0, extra: 0 });
  const changelog = await compareChangelog({ ...place, lakeTable: 'r_crash_changelog', key: ['id'] });
  expect(changelog).toMatchObject({ missing: 0, extra: 0, duplicates: 0 });
  const { rows } = await database.pool.query(
    `select error_code from pipeline_table where pipeline_id = $1 and state <> 'live'`,
    [replication.id],
  );
  expect(rows).toEqual([]);
}, 200_000);
