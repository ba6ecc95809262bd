import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { compareChangelog, compareMirror } from '@/test/compare/compare-table.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await openTestInstallation();
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

const caughtUp = async (pipelineId: string, lsn: string): Promise<boolean> => {
  const { rows } = await installation.database.pool.query<{ done: boolean }>(
    `select position.tail_end_lsn >= $2::pg_lsn and position.committed_seq = position.tail_seq
            and not exists (select 1 from pipeline_table where pipeline_id = $1 and state <> 'live') as done
       from position where pipeline_id = $1`,
    [pipelineId, lsn],
  );
  return rows[0]?.done ?? false;
};

const problems = async (pipelineId: string) => {
  const { rows } = await installation.database.pool.query(
    `select state, error_code, error_message from pipeline where id = $1 and error_code is not null
     union all
     select source_table || ' ' || state, error_code, error_message from pipeline_table
      where pipeline_id = $1 and error_code is not null`,
    [pipelineId],
  );
  return rows;
};

test('what is in the source before and after the start is in the lake, as mirror and as changelog', async () => {
  const { source, control, sourceId, destinationId } = installation;
  await source.query(`create table account (id int primary key, owner text, balance numeric(12,2), note text)`);
  await source.query(`alter table account alter note set storage external`);
  await source.query(
    `insert into account select i, 'owner ' || i, i * 1.25, repeat('n', 9000) from generate_series(1, 2000) i`,
  );
  const { id } = await createPipeline(control, SYSTEM_ACTOR, {
    name: 'accounts',
    sourceId,
    destinationId,
    namespace: 'bank',
    tables: [{ schema: 'public', table: 'account', mirror: true, changelog: true }],
    settings: { batchAgeMsMax: 200, copyChunkRows: 1000 },
  });
  await startPipeline(control, SYSTEM_ACTOR, { id });
  await using work = runWork(installation.deps);
  const isLive = async () => {
    expect(await problems(id)).toEqual([]);
    const { rows } = await installation.database.pool.query(
      `select 1 from pipeline_table where pipeline_id = $1 and state = 'live'`,
      [id],
    );
    return rows.length === 1;
  };
  await work.until(isLive, { what: 'the table is live' });

  await source.query(`update account set balance = balance + 1 where id % 3 = 0`);
  await source.query(`delete from account where id % 10 = 0`);
  await source.query(`insert into account select i, 'new', 1, 'short' from generate_series(5001, 5100) i`);
  await source.query(`update account set id = id + 10000 where id between 1 and 20`);
  const [end] = await source.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
  await work.until(() => caughtUp(id, end?.lsn ?? ''), { what: 'the lake has caught up' });

  const options = {
    sourceUrl: source.url,
    sourceSchema: 'public',
    sourceTable: 'account',
    catalogUrl: installation.catalogUrl,
    token: installation.token,
    warehouse: 'lake',
    namespace: 'bank',
  };
  const mirror = await compareMirror({ ...options, lakeTable: 'account' });
  expect(mirror).toMatchObject({ missing: 0, extra: 0, sourceRows: 1900 });
  expect(mirror.lakeHash).toBe(mirror.sourceHash);
  const changelog = await compareChangelog({ ...options, lakeTable: 'account_changelog', key: ['id'] });
  expect(changelog).toMatchObject({ missing: 0, extra: 0, duplicates: 0 });
});
