import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { armFailpoint } from '@/server/platform/failpoint.ts';
import { openTestInstallation } from '../testing/open-test-installation.ts';
import { runWork } from '../testing/run-work.ts';
import { startTestPipeline } from '../testing/test-pipeline.ts';
import { captureShift } from './capture-job.ts';

for (const inProgressBytesMax of [0, 2 ** 30]) {
  const how = inProgressBytesMax > 0 ? 'while it is in progress' : 'after its commit';
  test(`a transaction that takes longer than a shift is stored by it when read ${how}, and then the shift ends`, async () => {
    await using installation = await openTestInstallation();
    const { source, deps } = installation;
    await source.query(`ALTER DATABASE ${source.connection.database} SET logical_decoding_work_mem = '64kB'`);
    await source.query('create table t (id int primary key, name text)');
    const pipeline = await startTestPipeline(installation, {
      name: 'long',
      tables: [{ table: 't', mirror: true, changelog: true }],
      settings: { inProgressBytesMax },
    });
    {
      await using work = runWork(deps);
      await work.until(() => pipeline.isLive(), { what: 'the table is live' });
    }
    await source.query(`insert into t select i, repeat('x', 500) from generate_series(1, 60000) i`);
    const end = await pipeline.position();
    // Each of a handful of segments takes longer than a shift.
    using _slow = armFailpoint('segment-received', () => delay(300));
    await captureShift(deps, { pipelineId: pipeline.id, signal: AbortSignal.timeout(60_000), shiftMs: 200 });
    const { rows } = await installation.database.pool.query<{ buffered: string }>(
      'select buffer_rows::text as buffered from position where pipeline_id = $1',
      [pipeline.id],
    );
    expect(rows).toEqual([{ buffered: '60000' }]);
    await using work = runWork(deps);
    await work.until(() => pipeline.isAt(end), { what: 'the lake has caught up' });
    const { mirror, changelog } = await pipeline.compare('t', ['id']);
    expect(mirror).toMatchObject({ missing: 0, extra: 0, equal: true });
    expect(changelog).toMatchObject({ missing: 0, extra: 0, duplicates: 0, equal: true });
  });
}
