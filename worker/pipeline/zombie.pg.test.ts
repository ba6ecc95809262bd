import { afterAll, beforeAll, expect, test } from 'vitest';
import { armFailpoint, type Failpoint } from '@/server/platform/failpoint.ts';
import { captureShift } from '@/worker/jobs/capture-job.ts';
import { commitShift } from '@/worker/jobs/commit-job.ts';
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

const STREAM_POINTS: Failpoint[] = [
  'segment-received',
  'segment-appended',
  'intent-stored',
  'files-written',
  'files-uploaded',
  'commit-answered',
  'batch-committed',
];

test.each(STREAM_POINTS)(
  'a worker that froze at %s and wakes up after its lease has passed on does no harm (row 86)',
  async (point) => {
    const { source, database, deps } = installation;
    const name = `z_${point.replaceAll('-', '_')}`;
    await source.query(`create table ${name} (id int primary key, note text)`);
    await source.query(`insert into ${name} select i, 'n' from generate_series(1, 500) i`);
    const pipeline = await startTestPipeline(installation, {
      name,
      tables: [{ table: name, mirror: true, changelog: true }],
      settings: { batchAgeMsMax: 100 },
    });
    const write = (from: number) =>
      source.query(`begin;
      insert into ${name} select i, 'new' from generate_series(${from}, ${from + 99}) i;
      update ${name} set note = note || '.' where id % 7 = 0;
      update ${name} set id = -id where id = ${from};
      commit`);
    const caughtUp = async (work: ReturnType<typeof runWork>) => {
      await pipeline.caughtUp(work);
    };
    {
      await using work = runWork({ ...deps, holder: `${name}.first` });
      await work.until(() => pipeline.isLive(), { what: 'the table is live' });
      await caughtUp(work);
    }

    // Frozen inside a step, with everything in hand; its renewals go on, since only its work stands still.
    let wake: () => void = () => undefined;
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const stop = new AbortController();
    const frozen = await new Promise<{ shifts: Promise<unknown> }>((resolve) => {
      const armed = armFailpoint(point, async () => {
        armed[Symbol.dispose]();
        resolve({ shifts });
        await asleep;
      });
      const zombie = { ...deps, holder: `${name}.zombie` };
      const shifts = Promise.all([
        captureShift(zombie, { pipelineId: pipeline.id, signal: stop.signal }),
        commitShift(zombie, { pipelineId: pipeline.id, signal: stop.signal }),
      ]);
      void write(1_000);
    });
    // What a pause longer than the lease comes to.
    await database.pool.query(
      `update lease set token = token + 1, holder = 'taken', expires_at = now() - interval '1 second'
     where pipeline_id = $1`,
      [pipeline.id],
    );
    await using work = runWork({ ...deps, holder: `${name}.second` });
    await write(2_000);
    await caughtUp(work);
    await write(3_000);
    wake();
    await caughtUp(work);
    await write(4_000);
    await caughtUp(work);
    stop.abort();
    await frozen.shifts;
    await pipeline.assertSound();
    const { mirror, changelog } = await pipeline.compare(name, ['id']);
    expect(mirror).toMatchObject({ missing: 0, extra: 0, equal: true });
    expect(changelog).toMatchObject({ missing: 0, extra: 0, duplicates: 0, equal: true });
  },
);

test('a worker that froze between its slot and the first position leaves the next one alone (rows 13, 86)', async () => {
  const { source, database, deps } = installation;
  await source.query(`create table z_slot (id int primary key, note text)`);
  await source.query(`insert into z_slot select i, 'n' from generate_series(1, 500) i`);
  const pipeline = await startTestPipeline(installation, {
    name: 'z_slot',
    tables: [{ table: 'z_slot', mirror: true, changelog: true }],
  });
  const wakeUp = new AbortController();
  const asleep = new Promise((resolve) => wakeUp.signal.addEventListener('abort', resolve));
  const stop = new AbortController();
  const frozen = await new Promise<{ shift: Promise<void> }>((resolve) => {
    const armed = armFailpoint('slot-created', async () => {
      armed[Symbol.dispose]();
      resolve({ shift });
      await asleep;
    });
    const shift = captureShift({ ...deps, holder: 'z.zombie' }, { pipelineId: pipeline.id, signal: stop.signal });
  });
  await database.pool.query(
    `update lease set token = token + 1, holder = 'taken', expires_at = now() - interval '1 second' where pipeline_id = $1`,
    [pipeline.id],
  );
  await using work = runWork({ ...deps, holder: 'z.second' });
  await work.until(() => pipeline.isLive(), { what: 'the table is live' });
  wakeUp.abort();
  await frozen.shift;
  await source.query(`insert into z_slot select i, 'new' from generate_series(1000, 1500) i`);
  await pipeline.caughtUp(work);
  expect(await pipeline.compareMirror('z_slot')).toMatchObject({ missing: 0, extra: 0, equal: true });
  stop.abort();
});
