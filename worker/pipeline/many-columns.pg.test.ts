import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { getVerification } from '@/server/verifications/get-verification.ts';
import { startVerification } from '@/server/verifications/start-verification.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { testTables } from '@/worker/testing/test-tables.ts';

/** As many as PostgreSQL allows, in types so short that all values of a row fit on its page. */
const COLUMNS = Array.from({ length: 1_599 }, (_, at) => ({
  name: `c${at}`,
  type: ['int', 'text', 'smallint', 'date', 'boolean'][at % 5],
  value: [`i + ${at}`, `chr(97 + (i + ${at}) % 26)`, `i % 999`, `date '2024-01-01' + i % 999`, `i % 2 = ${at % 2}`][
    at % 5
  ],
}));
const EXACT = { missing: 0, extra: 0, duplicates: 0, equal: true };

test('a table of 1,600 columns with values in all of them is copied, streamed and verified in bounded memory (row 58)', async () => {
  await using installation = await openTestInstallation();
  const { source, deps, control } = installation;
  await source.query(
    `create table broad (id int primary key, ${COLUMNS.map(({ name, type }) => `${name} ${type}`).join(', ')})`,
  );
  const fill = (from: number, to: number) =>
    source.query(
      `insert into broad select i, ${COLUMNS.map(({ value }) => value).join(', ')} from generate_series(${from}, ${to}) i`,
    );
  await fill(1, 2_500);
  await source.query('analyze broad');
  await writeFile('/proc/self/clear_refs', '5');
  const pipeline = await startTestPipeline(installation, {
    name: 'broad',
    tables: [{ table: 'broad', mirror: true, changelog: true }],
  });
  await using work = runWork(deps);
  await work.until(() => pipeline.isLive(), { what: 'the table is live', withinMs: 240_000 });
  await fill(2_501, 3_500);
  await source.query(`update broad set c0 = -1, c1598 = null where id % 3 = 0; update broad set id = -id where id % 100 = 7;
    delete from broad where id % 50 = 3`);
  await pipeline.caughtUp(work, { withinMs: 240_000 });
  const key = await testTables(installation, pipeline.id).key('broad');
  const { id } = await startVerification(control, SYSTEM_ACTOR, key);
  const verified = () => getVerification(control, SYSTEM_ACTOR, { ...key, verificationId: id });
  await work.until(async () => (await verified()).state === 'done', {
    what: 'the verification ends',
    withinMs: 240_000,
  });
  const peakMb = Number(/VmHWM:\s+(\d+)/.exec(await readFile('/proc/self/status', 'utf8'))?.[1]) / 1024;
  process.stderr.write(`peak ${Math.round(peakMb)} MB\n`);
  expect(await verified()).toMatchObject({ error: null, missing: 0, extra: 0, different: 0, excused: {} });
  expect(await pipeline.compare('broad', ['id'])).toMatchObject({ mirror: EXACT, changelog: EXACT });
  expect(peakMb).toBeLessThan(1_400);
}, 600_000);
