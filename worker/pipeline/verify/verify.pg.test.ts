import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { setTable } from '@/server/pipelines/set-table.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { stopPipeline } from '@/server/pipelines/stop-pipeline.ts';
import { armFailpoint } from '@/server/platform/failpoint.ts';
import { getVerification } from '@/server/verifications/get-verification.ts';
import { listRanges } from '@/server/verifications/list-ranges.ts';
import { startVerification } from '@/server/verifications/start-verification.ts';
import { keepWriting } from '@/worker/testing/keep-writing.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { type RunningWork, runWork } from '@/worker/testing/run-work.ts';
import { tamperMirror } from '@/worker/testing/tamper-mirror.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { testTables } from '@/worker/testing/test-tables.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await openTestInstallation();
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

const ROWS = 4_000;

async function livePipeline(name: string) {
  const { source, deps } = installation;
  await source.query(
    `create table ${name} (id int primary key, note text, amount numeric(20,4), moment timestamptz, ratio float8)`,
  );
  await source.query(
    `insert into ${name} select i, 'n' || i, i / 7.0, now() - i * interval '1 minute', i / 3.0 from generate_series(1, ${ROWS}) i`,
  );
  await source.query(`analyze ${name}`);
  const pipeline = await startTestPipeline(installation, {
    name,
    tables: [{ table: name, mirror: true, changelog: true }],
    settings: { batchAgeMsMax: 100, copyChunkRows: 1000 },
  });
  const work = runWork(deps);
  await work.until(() => pipeline.isLive(), { what: 'the table is live' });
  const key = await testTables(installation, pipeline.id).key(name);
  return { pipeline, work, key, lake: { namespace: [name], name } };
}

/** Keeps changing rows until disposed; never those whose id is divisible by five. */
const changeOn = (name: string) =>
  keepWriting(installation.source, (n) => {
    const fresh = 100_001 + n * 5;
    return `begin;
      update ${name} set note = note || '.', amount = amount + 0.0001 where id = ${(n * 7919) % ROWS} and id % 5 <> 0;
      insert into ${name} values (${fresh}, 'new', 1, now(), 0.5);
      delete from ${name} where id = ${fresh - 50};
      update ${name} set id = id + 1000000 where id = ${(n * 104729) % ROWS} and id % 10 = 3; commit`;
  });

async function verified(work: RunningWork, key: { pipelineId: string; tableId: number }, scope = {}) {
  const { control } = installation;
  const { id } = await startVerification(control, SYSTEM_ACTOR, { ...key, ...scope });
  const named = { ...key, verificationId: id };
  await work.until(
    async () => !['waiting', 'running'].includes((await getVerification(control, SYSTEM_ACTOR, named)).state),
    {
      what: 'the verification ends',
    },
  );
  const result = await getVerification(control, SYSTEM_ACTOR, named);
  const { items } = await listRanges(control, SYSTEM_ACTOR, { ...named, limit: 200 });
  return { result, ranges: items };
}

test('a healthy table that is written to all the time verifies clean, again and again (row 59)', async () => {
  const { work, key } = await livePipeline('healthy');
  await using _work = work;
  await using writer = changeOn('healthy');
  for (let round = 0; round < 4; round++) {
    const before = writer.written();
    const { result, ranges } = await verified(work, key);
    expect(ranges.filter(({ state }) => state !== 'equal')).toEqual([]);
    expect(result).toMatchObject({ state: 'done', error: null, missing: 0, extra: 0, different: 0, excused: {} });
    expect(result.ranges.all).toBeGreaterThan(2);
    for (const range of ranges) expect(range.lakeChecksum).toBe(range.sourceChecksum);
    expect(writer.written()).toBeGreaterThan(before);
  }
  await stopPipeline(installation.control, SYSTEM_ACTOR, { id: key.pipelineId });
  // Nothing would ever answer it.
  await expect(startVerification(installation.control, SYSTEM_ACTOR, key)).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('rows that another writer removed, changed, added and doubled are found and named while the table changes', async () => {
  const { work, key, lake } = await livePipeline('tampered');
  await using _work = work;
  await using _writer = changeOn('tampered');
  await tamperMirror(installation, lake, { remove: 'id IN (15, 20, 2005, 3000)' });
  await tamperMirror(installation, lake, {
    add: [
      `3000, 'n3000', 428.5715, (SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00'), 1000`,
      `-5, 'extra', 1, now(), 1`,
      `1500, 'twice', 1, now(), 1`,
    ],
  });
  const { result, ranges } = await verified(work, key);
  expect(result).toMatchObject({ state: 'done', missing: 3, extra: 2, different: 1, excused: {} });
  const samples = ranges.flatMap(({ sample }) => (sample ? [sample] : []));
  expect(samples.flatMap(({ missing }) => missing)).toEqual([['15'], ['20'], ['2005']]);
  expect(samples.flatMap(({ extra }) => extra)).toEqual([['-5'], ['1500']]);
  // 3000 / 7 has more digits than the column, 1000.0 is exact, and the moment is another one.
  expect(samples.flatMap(({ different }) => different)).toEqual([{ key: ['3000'], columns: ['amount', 'moment'] }]);
  for (const { state, missing, extra, different, reason } of ranges) {
    expect({ state, reason }).toEqual({ state: missing + extra + different > 0 ? 'different' : 'equal', reason: null });
  }
  // A part of the table, by key.
  const part = await verified(work, key, { from: '16', to: '2005' });
  expect(part.result).toMatchObject({ missing: 1, extra: 1, different: 0, from: '16', to: '2005' });
});

test('a verification whose worker dies goes on behind the ranges that were compared (row 62)', async () => {
  const { control, deps, database } = installation;
  const { work, key } = await livePipeline('dies');
  const { id } = await startVerification(control, SYSTEM_ACTOR, key);
  let compared = 0;
  let ended: Promise<void> | null = null;
  {
    using _armed = armFailpoint('range-compared', () => {
      compared++;
      if (compared < 3) return;
      ended ??= Promise.resolve(work[Symbol.asyncDispose]());
      throw new Error('crash');
    });
    await work.until(async () => ended !== null, { what: 'the crash' });
    await ended;
  }
  const seen = async () =>
    (await listRanges(control, SYSTEM_ACTOR, { ...key, verificationId: id })).items.map(({ comparedAt }) => comparedAt);
  const before = await seen();
  expect(before.filter((at) => at !== null)).toHaveLength(2);
  // A process that was killed says nothing; its heart stops.
  await database.pool.query(
    `update verification set state = 'running', heartbeat_at = now() - interval '1 hour' where id = $1`,
    [id],
  );
  await using next = runWork({ ...deps, holder: 'after the crash' });
  await next.until(
    async () => (await getVerification(control, SYSTEM_ACTOR, { ...key, verificationId: id })).state === 'done',
    { what: 'the verification ends' },
  );
  expect((await seen()).slice(0, 2)).toEqual(before.slice(0, 2));
});

test('what a policy, a dead letter or a soft delete explains is counted apart, and a lost dead letter is not', async () => {
  const { control, source, deps, sourceId, destinationId, database } = installation;
  await source.query(`create table excused (id int primary key, day date, due date, note text)`);
  await source.query(`insert into excused select i, 'today', 'today', 'n' || i from generate_series(1, 500) i`);
  const { id } = await createPipeline(control, SYSTEM_ACTOR, {
    name: 'excused',
    sourceId,
    destinationId,
    namespace: 'excused',
    tables: [
      {
        schema: 'public',
        table: 'excused',
        mirror: true,
        changelog: false,
        policies: { due: 'null' },
        onDelete: 'soft',
      },
    ],
    settings: { batchAgeMsMax: 100 },
  });
  await startPipeline(control, SYSTEM_ACTOR, { id });
  await using work = runWork(deps);
  const tables = testTables(installation, id);
  await work.until(tables.stateIs('excused', 'live'), { what: 'the table is live' });
  const key = await tables.key('excused');
  await source.query(`update excused set day = 'infinity' where id in (1, 2)`);
  await source.query(`update excused set due = 'infinity' where id in (3, 4, 5)`);
  await source.query(`delete from excused where id in (6, 7)`);
  const { result } = await verified(work, key);
  expect(result).toMatchObject({
    ranges: { different: 0, undecided: 0 },
    excused: { dead_letter: 2, null_policy: 3, soft_deleted: 2 },
  });
  const letters = () => database.pool.query('select from dead_letter where pipeline_table_id = $1', [key.tableId]);
  await work.until(async () => (await letters()).rowCount === 2, { what: 'the rows are parked' });
  await database.pool.query('delete from dead_letter where pipeline_table_id = $1', [key.tableId]);
  const again = await verified(work, key);
  expect(again.result).toMatchObject({
    different: 2,
    missing: 0,
    extra: 0,
    excused: { null_policy: 3, soft_deleted: 2 },
  });
});

test('masked columns are compared as they are shown, and columns that rules leave out are not compared', async () => {
  const { work, key, pipeline } = await livePipeline('ruled');
  await using _work = work;
  const { row } = testTables(installation, pipeline.id);
  const columns = { note: 'hash', amount: { truncate: 2 }, ratio: 'exclude' } as const;
  await setTable(installation.control, SYSTEM_ACTOR, { ...key, columns });
  await work.until(async () => (await row('ruled'))?.generation === 2 && (await pipeline.isLive()), {
    what: 'it is copied under its rules',
  });
  await using _writer = changeOn('ruled');
  const { result, ranges } = await verified(work, key);
  expect(result).toMatchObject({ state: 'done', error: null, missing: 0, extra: 0, different: 0 });
  expect(ranges.every(({ state }) => state === 'equal')).toBe(true);
  expect(result.leftOut).toEqual([{ column: 'ratio', reason: 'a rule leaves this column out' }]);
});
