import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { slotName } from '@/server/domain/names.ts';
import { getPipeline } from '@/server/pipelines/get-pipeline.ts';
import { updatePipeline } from '@/server/pipelines/update-pipeline.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';

test('a heartbeat moves the slot of an idle database, leaves nothing in the lake, and is off unless asked for (rows 7, 29)', async () => {
  await using installation = await openTestInstallation();
  const { source, control, database, deps } = installation;
  await source.query('create table item (id int primary key); insert into item values (1)');
  const tables = [{ table: 'item', mirror: true, changelog: true }];
  const pipeline = await startTestPipeline(installation, { name: 'p', tables });
  const { id } = pipeline;
  await using work = runWork(deps);
  await work.until(() => pipeline.isLive(), { what: 'it is live' });
  const beats = async () => {
    const rows = await source.query<{ beats: number }>(
      `select count(*)::int as beats from pg_logical_slot_peek_changes('witness', null, null) where data like '%philotes%heartbeat%'`,
    );
    return rows[0]?.beats ?? 0;
  };
  await source.query(`select pg_create_logical_replication_slot('witness', 'test_decoding')`);
  expect(await beats()).toBe(0);

  const { version } = await getPipeline(control, SYSTEM_ACTOR, { id });
  await updatePipeline(control, SYSTEM_ACTOR, { id, version, settings: { heartbeatSeconds: 1 } });
  await work.until(async () => (await beats()) >= 3, { what: 'three beats' });
  const [{ lsn } = { lsn: '' }] = await source.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
  await work.until(
    async () => {
      const [slot] = await source.query<{ moved: boolean }>(
        `select confirmed_flush_lsn >= $1::pg_lsn as moved from pg_replication_slots where slot_name = $2`,
        [lsn, slotName(id)],
      );
      return slot?.moved ?? false;
    },
    { what: 'the slot has moved past the beats' },
  );
  await pipeline.assertSound();
  const { rows } = await database.pool.query<{ captured: string }>(
    'select captured_rows::text as captured from position where pipeline_id = $1',
    [id],
  );
  expect(rows[0]?.captured).toBe('0');
  await source.query(`select pg_drop_replication_slot('witness')`);
});
