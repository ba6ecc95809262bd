import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { armFailpoint } from '@/server/platform/failpoint.ts';
import { getVerification } from '@/server/verifications/get-verification.ts';
import { listRanges } from '@/server/verifications/list-ranges.ts';
import { startVerification } from '@/server/verifications/start-verification.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { tamperMirror } from '@/worker/testing/tamper-mirror.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { testTables } from '@/worker/testing/test-tables.ts';

/** Texts that do not compress, of 32 bytes times `n`. */
const random = (n: number) => `(select string_agg(md5(i::text || random()), '') from generate_series(1, ${n}) i)`;
const ROWS = 200;

test('a table whose values are megabytes long verifies in bounded memory, and finds the one that differs (row 58)', async () => {
  await using installation = await openTestInstallation();
  const { source, deps, control } = installation;
  await source.query(`create table docs (id int primary key, n int, body text, raw bytea, parts text[]);
    alter table docs alter body set storage external, alter raw set storage external, alter parts set storage external`);
  // Rows of 1 MB, each with another part of the same 2 MB; two of 32 MB; one that is too large.
  await source.query(`with long as materialized (select ${random(65_536)} as body)
    insert into docs select i, 0, substr(body, i * 16, 1000000), null, array[substr(body, i, 300), null, i::text]
      from long, generate_series(1, ${ROWS}) i`);
  await source.query(
    `insert into docs select 1000 + i, 0, repeat(md5(i::text), 1000000), null, null from generate_series(1, 1) i`,
  );
  await source.query(`insert into docs select 2000, 0, null, decode(repeat(md5('raw'), 1000000), 'hex'), null`);
  await source.query(`insert into docs values (3000, 0, repeat('too large ', 14500000), null, null)`);
  await source.query('analyze docs');
  const pipeline = await startTestPipeline(installation, {
    name: 'wide',
    tables: [{ table: 'docs', mirror: true, changelog: false }],
    settings: { batchAgeMsMax: 100 },
  });
  await using work = runWork(deps);
  await work.until(() => pipeline.isLive(), { what: 'the table is live', withinMs: 240_000 });
  const key = await testTables(installation, pipeline.id).key('docs');
  const verified = async () => {
    await writeFile('/proc/self/clear_refs', '5');
    const { id } = await startVerification(control, SYSTEM_ACTOR, key);
    const named = { ...key, verificationId: id };
    const result = () => getVerification(control, SYSTEM_ACTOR, named);
    await work.until(async () => !['waiting', 'running'].includes((await result()).state), {
      withinMs: 240_000,
      what: 'the verification ends',
    });
    const peakMb = Number(/VmHWM:\s+(\d+)/.exec(await readFile('/proc/self/status', 'utf8'))?.[1]) / 1024;
    process.stderr.write(`peak ${Math.round(peakMb)} MB\n`);
    const { items } = await listRanges(control, SYSTEM_ACTOR, { ...named, limit: 200 });
    return { result: await result(), ranges: items, peakMb };
  };

  const clean = await verified();
  expect(clean.result).toMatchObject({ state: 'done', error: null, missing: 0, extra: 0, different: 0 });
  expect(clean.result.excused).toEqual({ dead_letter: 1 });
  expect(clean.ranges.map(({ state }) => state)).toEqual(['equal']);
  expect(clean.peakMb).toBeLessThan(1_400);

  // Changes that are still on their way, one of a row that is too large among them, while the lake's row 7 is another one.
  await tamperMirror(
    installation,
    { namespace: ['wide'], name: 'docs' },
    {
      remove: 'id = 7',
      add: [`7, 0, (SELECT repeat('x', 1000000)), NULL, NULL`],
    },
  );
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  using _armed = armFailpoint('intent-stored', () => held);
  await source.query(`update docs set body = substr(body, 2) || 'x' where id between 100 and 140`);
  await source.query(`update docs set n = 1 where id in (5, 1001, 3000)`);
  await source.query(`insert into docs values (3001, 0, repeat('too large ', 14500000), null, null)`);
  const changing = await verified();
  release();
  expect(changing.result).toMatchObject({ state: 'done', error: null, missing: 0, extra: 0, different: 1 });
  expect(changing.ranges[0]?.sample?.different).toEqual([{ key: ['7'], columns: ['body', 'parts'] }]);
  expect(changing.result.excused).toEqual({ dead_letter: 2 });
  expect(changing.peakMb).toBeLessThan(1_400);
}, 600_000);
