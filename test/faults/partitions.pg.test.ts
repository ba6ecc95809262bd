import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { resumeTable } from '@/server/pipelines/resume-table.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { testTables } from '@/worker/testing/test-tables.ts';

const EXACT = { missing: 0, extra: 0, duplicates: 0, equal: true };

test('partitions that are created, or attached empty, are followed; one that brings rows parks its table until it is resynced (row 45)', async () => {
  await using installation = await openTestInstallation();
  const { source, deps, control, database } = installation;
  await source.query(`create table sale (id int, region text, v text, primary key (id, region)) partition by list (region);
    create table sale_eu partition of sale for values in ('eu'); create table sale_us partition of sale for values in ('us')`);
  await source.query(
    `insert into sale select i, case when i % 2 = 0 then 'eu' else 'us' end, 'v' from generate_series(1, 500) i`,
  );
  const pipeline = await startTestPipeline(installation, {
    name: 'sale',
    tables: [{ table: 'sale', mirror: true, changelog: false }],
  });
  await using work = runWork(deps);
  await work.until(() => pipeline.isLive(), { what: 'the table is live' });
  const { row, key } = testTables(installation, pipeline.id);
  const isKnown = (name: string) => async () => {
    const [found] = await source.query<{ oid: number }>(`select '${name}'::regclass::oid::int8::text::int8 as oid`);
    const { rows } = await database.pool.query<{ known: number[] }>(
      'select known_partitions as known from pipeline_table',
    );
    return rows[0]?.known.includes(Number(found?.oid)) ?? false;
  };
  // As partitions are usually made, ahead of their rows or in one transaction with them.
  await source.query(`create table sale_apac partition of sale for values in ('apac')`);
  await source.query(`insert into sale values (900, 'apac', 'new')`);
  await source.query(`begin; create table sale_mea (like sale including all); alter table sale attach partition sale_mea for values in ('mea');
    insert into sale values (901, 'mea', 'new'); commit`);
  await work.until(async () => (await isKnown('sale_apac')()) && (await isKnown('sale_mea')()), {
    what: 'both are known',
  });
  const caughtUp = async () => {
    const end = await pipeline.position();
    await work.until(() => pipeline.isAt(end), { what: 'the lake has caught up' });
    await pipeline.assertSound();
  };
  await caughtUp();
  expect(await pipeline.compareMirror('sale')).toMatchObject(EXACT);

  for (const [name, statements] of [
    [
      'sale_late',
      `create table sale_late (like sale including all); insert into sale_late values (910, 'late', 'own');`,
    ],
    [
      'sale_one',
      `begin; create table sale_one (like sale including all); insert into sale_one values (911, 'one', 'own');`,
    ],
  ] as const) {
    const region = name.slice('sale_'.length);
    const attach = `alter table sale attach partition ${name} for values in ('${region}')`;
    for (const sql of statements.startsWith('begin') ? [`${statements} ${attach}; commit`] : [statements, attach]) {
      await source.query(sql);
    }
    await source.query(`insert into sale values (920, '${region}', 'through the root')`);
    await work.until(async () => (await row('sale'))?.state === 'needs_attention', { what: `${name} parks the table` });
    const { rows } = await database.pool.query<{ code: string; message: string }>(
      'select error_code as code, error_message as message from pipeline_table',
    );
    expect(rows[0]).toEqual({
      code: 'SOURCE_PARTITION_ATTACHED',
      message: `public.${name} was attached to public.sale with rows of its own`,
    });
    await expect(resumeTable(control, SYSTEM_ACTOR, await key('sale'))).rejects.toMatchObject({ code: 'CONFLICT' });
    await resyncTable(control, SYSTEM_ACTOR, await key('sale'));
    await work.until(() => pipeline.isLive(), { what: 'the table is live again' });
    await caughtUp();
    expect(await pipeline.compareMirror('sale')).toMatchObject(EXACT);
  }

  // What leaves is not looked for twice, and what the lake keeps of it is all that differs.
  await source.query('alter table sale detach partition sale_eu');
  await source.query('drop table sale_apac');
  const [eu] = await source.query<{ n: number }>('select count(*)::int as n from sale_eu');
  await work.until(
    async () => {
      const { rows } = await database.pool.query<{ n: number }>(
        'select jsonb_array_length(known_partitions) as n from pipeline_table',
      );
      return rows[0]?.n === 4;
    },
    { what: 'they are forgotten' },
  );
  await caughtUp();
  expect(await pipeline.compareMirror('sale')).toMatchObject({ missing: 0, extra: (eu?.n ?? 0) + 1 });
}, 240_000);
