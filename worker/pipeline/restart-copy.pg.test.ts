import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '@/server/errors/app-error.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { restartCopy } from './restart-copy.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await openTestInstallation();
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

const cases = [
  { name: 'truncated', statement: 'truncate truncated' },
  { name: 'widened', statement: `alter table widened add column extra text default 'more'` },
  { name: 'rewritten', statement: 'alter table rewritten alter column amount type numeric(20, 2)' },
];

test.each(cases)(
  'a table that is $name in the middle of its copy is copied anew, without a person (rows 60, 63)',
  async (one) => {
    const { source, database, deps } = installation;
    const { name } = one;
    await source.query(`create table ${name} (id int primary key, amount numeric(12, 2), note text)`);
    await source.query(`insert into ${name} select i, i, 'note ' || i from generate_series(1, 30000) i`);
    await source.query(`analyze ${name}`);
    const tables = [{ table: name, mirror: true, changelog: true }];
    const pipeline = await startTestPipeline(installation, { name, tables });
    await using work = runWork(deps);
    const chunks = async () => {
      const { rows } = await database.pool.query<{ done: string; total: string }>(
        `select count(*) filter (where copy_chunk.state = 'done') as done, count(*) as total
         from copy_chunk join pipeline_table on pipeline_table.id = pipeline_table_id where pipeline_id = $1`,
        [pipeline.id],
      );
      return { done: Number(rows[0]?.done), total: Number(rows[0]?.total) };
    };
    let load = 100_000;
    await work.until(
      async () => {
        await source.query(`insert into ${name} values ($1, 1, 'load')`, [load++]);
        await source.query(`update ${name} set note = note || '!' where id % 5000 = $1`, [load % 5000]);
        return (await chunks()).done >= 3;
      },
      { what: 'some chunks are copied' },
    );
    const { done, total } = await chunks();
    expect(done).toBeLessThan(total);
    await source.query(one.statement);
    await work.until(
      async () => {
        await source.query(`insert into ${name} (id, amount, note) values ($1, 2, 'after')`, [load++]);
        await source.query(`delete from ${name} where id = $1`, [load - 20]);
        await pipeline.assertSound();
        return pipeline.isLive();
      },
      { what: 'the table is live' },
    );
    const { rows } = await database.pool.query(
      'select generation, error_code from pipeline_table where pipeline_id = $1',
      [pipeline.id],
    );
    expect(rows[0]).toMatchObject({ error_code: null });
    expect(rows[0].generation).toBeGreaterThan(1);
    const end = await pipeline.position();
    await work.until(() => pipeline.isAt(end), { what: 'the lake has caught up' });
    const { mirror, changelog } = await pipeline.compare(name, ['id']);
    expect(mirror).toMatchObject({ missing: 0, extra: 0, equal: true });
    expect(changelog).toMatchObject({ missing: 0, extra: 0, duplicates: 0, equal: true });
  },
);

test('two chunks of a part that fail at once begin the part anew, and not the table for which changes are kept (row 63)', async () => {
  const { source, database, deps } = installation;
  await source.query('create table twice (id int primary key); insert into twice values (1)');
  const tables = [{ table: 'twice', mirror: true, changelog: true }];
  const pipeline = await startTestPipeline(installation, { name: 'twice', tables });
  {
    await using work = runWork(deps);
    await work.until(() => pipeline.isLive(), { what: 'it is live' });
  }
  const { rows: begun } = await database.pool.query<{ id: string }>(
    `update pipeline_table set state = 'copying', generation = 2, copy_plan = '{}',
            copy_scope = '{"ranges": [{"lower": "0", "upper": "9"}], "where": []}'
      where pipeline_id = $1 returning id`,
    [pipeline.id],
  );
  const error = new AppError('SOURCE_TABLE_CHANGED', 'a test truncates it');
  const restart = { tableId: Number(begun[0]?.id), generation: 2, error, log: deps.log };
  await restartCopy(deps, restart);
  await restartCopy(deps, restart);
  const { rows } = await database.pool.query(
    `select generation, state, requested ->> 'kind' as requested from pipeline_table where pipeline_id = $1`,
    [pipeline.id],
  );
  expect(rows).toEqual([{ generation: 2, state: 'catching_up', requested: 'resync-part' }]);
});

test('a row that moves into a part already copied keeps the long value that the source does not send again', async () => {
  const { source, database, deps } = installation;
  await source.query('create table moved (id int primary key, note text, long text)');
  await source.query('alter table moved alter long set storage external');
  await source.query(`insert into moved select i, 'n', repeat('v', 3000) || i from generate_series(1, 8000) i`);
  await source.query('analyze moved');
  const pipeline = await startTestPipeline(installation, {
    name: 'moved',
    tables: [{ table: 'moved', mirror: true, changelog: true }],
    settings: { copyChunksAtOnce: 1 },
  });
  await using work = runWork(deps);
  await work.until(
    async () => {
      const { rows } = await database.pool.query(
        `select from copy_chunk join pipeline_table on pipeline_table.id = pipeline_table_id
          where pipeline_id = $1 and copy_chunk.state = 'done'`,
        [pipeline.id],
      );
      return rows.length > 0;
    },
    { what: 'the part with the lowest keys is copied' },
  );
  await source.query('update moved set id = -5 where id = 8000');
  await work.until(() => pipeline.isLive(), { what: 'the table is live' });
  const end = await pipeline.position();
  await work.until(() => pipeline.isAt(end), { what: 'the lake has caught up' });
  const letters = await database.pool.query(
    `select from dead_letter join pipeline_table on pipeline_table.id = pipeline_table_id
     where pipeline_id = $1`,
    [pipeline.id],
  );
  expect(letters.rows.length).toBe(0);
  const { mirror, changelog } = await pipeline.compare('moved', ['id']);
  expect(mirror).toMatchObject({ missing: 0, extra: 0, equal: true });
  expect(changelog).toMatchObject({ missing: 0, extra: 0, duplicates: 0, equal: true });
});
