import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { slotName } from '@/server/domain/names.ts';
import { resyncPipeline } from '@/server/pipelines/resync-pipeline.ts';
import { armFailpoint, type Failpoint } from '@/server/platform/failpoint.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';

const EXACT = { missing: 0, extra: 0, duplicates: 0, equal: true };

async function openLive() {
  const installation = await openTestInstallation();
  const { source, database } = installation;
  for (const table of ['a', 'b']) {
    await source.query(`create table ${table} (id int primary key, note text)`);
    await source.query(`insert into ${table} select i, 'n' || i from generate_series(1, 3000) i`);
    await source.query(`analyze ${table}`);
  }
  const tables = ['a', 'b'].map((table) => ({ table, mirror: true, changelog: true }));
  const pipeline = await startTestPipeline(installation, { name: 'p', tables, settings: { batchAgeMsMax: 100 } });
  let next = 10_000;
  return {
    ...installation,
    pipeline,
    write: async () => {
      const id = next++;
      await source.query(`begin; insert into a values (${id}, 'new'); delete from b where id = ${id % 3000};
        update a set id = id + 1000000 where id = ${(id * 7) % 3000}; commit`);
    },
    async shown() {
      const { rows } = await database.pool.query<{ state: string; error_code: string | null; epoch: number | null }>(
        'select state, error_code, epoch from pipeline left join position on pipeline_id = id',
      );
      return rows[0];
    },
    async assertExact(work: ReturnType<typeof runWork>) {
      await pipeline.caughtUp(work);
      for (const table of ['a', 'b']) {
        expect(await pipeline.compare(table, ['id'])).toMatchObject({ mirror: EXACT, changelog: EXACT });
      }
    },
    [Symbol.asyncDispose]: () => installation[Symbol.asyncDispose](),
  };
}

test('a pipeline whose slot was dropped goes on after a resync, under a new epoch (row 3)', async () => {
  await using live = await openLive();
  const { source, control, deps, pipeline, write } = live;
  {
    await using work = runWork(deps);
    await work.until(() => pipeline.isLive(), { what: 'it is live' });
    await write();
    await live.assertExact(work);
  }
  await source.query('select pg_drop_replication_slot($1)', [slotName(pipeline.id)]);
  await source.query('delete from a where id < 500');
  await write();
  await using work = runWork({ ...deps, holder: 'next' });
  await work.until(async () => (await live.shown())?.error_code === 'SOURCE_SLOT_MISSING', { what: 'it says so' });
  const asked = await resyncPipeline(control, SYSTEM_ACTOR, { id: pipeline.id });
  expect(asked).toEqual({ tables: 2, carriedOut: 'soon' });
  await work.until(
    async () => {
      await write();
      return (await live.shown())?.epoch === 2 && (await pipeline.isLive());
    },
    { what: 'it is live again' },
  );
  await live.assertExact(work);
});

const points: (Failpoint | null)[] = [null, 'resync-slot-created', 'resync-settled', 'chunk-stored'];

test.each(points)('a resync of all loses and doubles nothing of a running pipeline (crash at %s)', async (point) => {
  await using live = await openLive();
  const { control, deps, pipeline, write } = live;
  const first = runWork(deps);
  await first.until(() => pipeline.isLive(), { what: 'it is live' });
  for (let n = 0; n < 5; n++) await write();
  await resyncPipeline(control, SYSTEM_ACTOR, { id: pipeline.id });
  for (let n = 0; n < 5; n++) await write();
  if (point) {
    let ended: Promise<void> | null = null;
    using _armed = armFailpoint(point, () => {
      ended ??= Promise.resolve(first[Symbol.asyncDispose]());
      throw new Error('crash');
    });
    await first
      .until(async () => ended !== null, { what: `a crash at ${point}` })
      .catch((error: unknown) => {
        if (ended === null) throw error;
      });
    await ended;
  }
  await first[Symbol.asyncDispose]();
  await using work = runWork({ ...deps, holder: 'next' });
  await work.until(
    async () => {
      await write();
      return ((await live.shown())?.epoch ?? 1) > 1 && (await pipeline.isLive());
    },
    { what: 'it is live again' },
  );
  await live.assertExact(work);
  expect((await live.shown())?.epoch).toBe(2);
});
