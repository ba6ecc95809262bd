import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

test('losing every connection to our own database, again and again, stops nothing for good (row 65)', async () => {
  const { source, database, deps } = installation;
  await source.query('create table item (id int primary key, note text)');
  await source.query(`insert into item select i, 'n' from generate_series(1, 4000) i`);
  await source.query('analyze item');
  const pipeline = await startTestPipeline(installation, {
    name: 'trouble',
    tables: [{ table: 'item', mirror: true, changelog: true }],
    settings: { batchAgeMsMax: 100 },
  });
  const { rows } = await database.pool.query<{ name: string }>('select current_database() as name');
  const elsewhere = new pg.Client({ connectionString: source.url });
  await elsewhere.connect();
  await using work = runWork(deps);
  let next = 10_000;
  // The looks of the test itself lose their connections as well.
  const throughTrouble = async (condition: () => Promise<boolean>, what: string): Promise<void> => {
    for (let looks = 0; ; looks++) {
      try {
        return await work.until(condition, { what });
      } catch (error) {
        if (looks > 50 || !(error instanceof Error) || !/terminat|ECONN/.test(error.message)) throw error;
      }
    }
  };
  let cuts = 0;
  let rounds = 0;
  await throughTrouble(async () => {
    await source.query('insert into item values ($1, $2)', [next++, 'new']);
    await source.query('update item set note = note || $2 where id = $1', [next % 4000, '.']);
    if (rounds++ % 12 === 11) {
      await elsewhere.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
        rows[0]?.name,
      ]);
      cuts++;
    }
    return cuts >= 8;
  }, 'the connections have been cut');
  await elsewhere.end();
  const end = await pipeline.position();
  await throughTrouble(async () => {
    await pipeline.assertSound();
    return pipeline.isAt(end);
  }, 'the lake has caught up');
  const { mirror, changelog } = await pipeline.compare('item', ['id']);
  expect(mirror).toMatchObject({ missing: 0, extra: 0, equal: true });
  expect(changelog).toMatchObject({ missing: 0, extra: 0, duplicates: 0, equal: true });
});
