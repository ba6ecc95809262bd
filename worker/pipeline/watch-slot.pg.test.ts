import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { slotName } from '@/server/domain/names.ts';
import { pausePipeline } from '@/server/pipelines/pause-pipeline.ts';
import { pipelineStatus } from '@/server/pipelines/pipeline-status.ts';
import { resyncPipeline } from '@/server/pipelines/resync-pipeline.ts';
import { openCluster } from '@/test/faults/open-cluster.ts';
import { watchRestingSlot } from '@/worker/jobs/watch-job.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';

const MIB = 1024 * 1024;

async function openLive(serverUrl?: string) {
  const installation = await openTestInstallation(serverUrl ? { sourceServer: serverUrl } : {});
  const { source, control, database, deps } = installation;
  await source.query('create table item (id int primary key); insert into item values (1)');
  const tables = [{ table: 'item', mirror: true, changelog: false }];
  const pipeline = await startTestPipeline(installation, { name: 'p', tables });
  const { id } = pipeline;
  return {
    ...installation,
    id,
    pipeline,
    work: () => runWork(deps),
    slot: async () => (await pipelineStatus(control, SYSTEM_ACTOR, { id })).slot,
    /** As if the last look had been longer ago. */
    age: (seconds: number) =>
      database.pool.query(`update position set slot_checked_at = slot_checked_at - $1 * interval '1 second'`, [
        seconds,
      ]),
    look: () => watchRestingSlot(deps, { pipelineId: id, signal: new AbortController().signal }),
    writeWal: async (megabytes: number) => {
      for (let n = 0; n < megabytes; n++) {
        await source.query(`select pg_logical_emit_message(false, 'filler', repeat('x', ${MIB}))`);
      }
    },
    [Symbol.asyncDispose]: () => installation[Symbol.asyncDispose](),
  };
}

test('the status of a pipeline that runs shows what its slot costs the source', async () => {
  await using live = await openLive();
  await using work = live.work();
  await work.until(async () => (await live.pipeline.isLive()) && (await live.slot()) !== null, { what: 'a look' });
  const slot = await live.slot();
  expect(slot).toMatchObject({ walStatus: 'reserved', checkedAt: expect.any(String) });
  expect(slot?.retainedBytes).toBeGreaterThanOrEqual(0);
});

test('a paused pipeline forecasts when the source runs out, says when it has, and is mended by a resync (rows 1, 2)', async () => {
  await using cluster = await openCluster({ max_slot_wal_keep_size: '64MB', max_wal_size: '64MB' });
  await using live = await openLive(cluster.url);
  await using work = live.work();
  await work.until(() => live.pipeline.isLive(), { what: 'it is live' });
  await pausePipeline(live.control, SYSTEM_ACTOR, { id: live.id });
  await live.look();
  const before = await live.slot();
  await live.writeWal(8);
  await live.age(10);
  await live.look();
  const after = await live.slot();
  const written = (after?.retainedBytes ?? 0) - (before?.retainedBytes ?? 0);
  expect(written).toBeGreaterThan(8 * MIB);
  expect(after?.growthBytesPerSecond).toBeGreaterThan(0);
  expect(after?.secondsLeft).toBeGreaterThan(0);
  expect(after?.secondsLeft).toBeCloseTo((after?.safeBytes ?? 0) / (after?.growthBytesPerSecond ?? 1), -1);

  await live.writeWal(120);
  await live.source.query('select pg_switch_wal()');
  await live.source.query('checkpoint');
  await live.age(30);
  const isShown = async () => {
    const { error } = await pipelineStatus(live.control, SYSTEM_ACTOR, { id: live.id });
    return error?.code === 'SOURCE_SLOT_LOST';
  };
  await work.until(isShown, { what: 'the paused pipeline says that its slot is lost' });
  expect(await live.slot()).toMatchObject({ walStatus: 'lost' });
  expect(await resyncPipeline(live.control, SYSTEM_ACTOR, { id: live.id })).toMatchObject({
    carriedOut: 'when it runs',
  });
});

test('a slot that was dropped while its pipeline is paused is named at once', async () => {
  await using live = await openLive();
  await using work = live.work();
  await work.until(() => live.pipeline.isLive(), { what: 'it is live' });
  await pausePipeline(live.control, SYSTEM_ACTOR, { id: live.id });
  const slot = slotName(live.id);
  await work.until(
    async () =>
      (await live.source.query('select from pg_replication_slots where slot_name = $1 and not active', [slot]))
        .length === 1,
    { what: 'nobody reads the slot' },
  );
  await live.source.query('select pg_drop_replication_slot($1)', [slot]);
  await live.look();
  const { error, state, slot: shown } = await pipelineStatus(live.control, SYSTEM_ACTOR, { id: live.id });
  expect({ code: error?.code, state, shown }).toEqual({
    code: 'SOURCE_SLOT_MISSING',
    state: 'needs_attention',
    shown: null,
  });
});
