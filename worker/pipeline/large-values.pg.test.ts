import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { requestReplay } from '@/server/dead-letters/dead-letters.ts';
import { listDeadLetters } from '@/server/dead-letters/list-dead-letters.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { readMirror } from '@/worker/testing/read-mirror.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { openLake } from './lake.ts';

/** Texts that do not compress, of 32 bytes times `n`. */
const random = (n: number) => `(select string_agg(md5(i::text || random()), '') from generate_series(1, ${n}) i)`;
const MILLION_TIMES_32 = 1_000_000;

test('values of 50 MB arrive whole from copy and stream, larger ones are parked until they are smaller, in bounded memory (row 58)', async () => {
  await using installation = await openTestInstallation();
  const { source, database, deps, control, destinationId } = installation;
  await source.query(`create table docs (id int primary key, n int, body text, raw bytea);
    alter table docs alter body set storage external, alter raw set storage external`);
  const insertAll = async (from: number) => {
    await source.query(`insert into docs values (${from}, 0, 'small', '\\x00')`);
    await source.query(`insert into docs values (${from + 1}, 0, ${random(1.6 * MILLION_TIMES_32)}, null)`);
    await source.query(
      `insert into docs values (${from + 2}, 0, null, decode(${random(3.2 * MILLION_TIMES_32)}, 'hex'))`,
    );
    await source.query(
      `insert into docs select ${from} + 10 + i, 0, repeat(md5(i::text), 6000), null from generate_series(0, 199) i`,
    );
    await source.query(`insert into docs values (${from + 3}, 0, repeat('too large ', 20000000), null)`);
    await source.query(`insert into docs values (${from + 4}, 0, 'small again', null)`);
  };
  await insertAll(0);
  await writeFile('/proc/self/clear_refs', '5');
  const pipeline = await startTestPipeline(installation, {
    name: 'large',
    tables: [{ table: 'docs', mirror: true, changelog: true }],
  });
  await using work = runWork(deps);
  const caughtUp = async (what: string) => {
    await pipeline.caughtUp(work, { withinMs: 240_000, what });
  };
  await caughtUp('the copy');
  await insertAll(1000);
  // Unchanged values of the copy and of the stream, a large one deleted, a key with a large value changed.
  await source.query(`update docs set n = 1 where id in (0, 1, 1001, 1002, 15, 1015)`);
  await source.query(`delete from docs where id = 2`);
  await source.query(`update docs set id = 5000 where id = 1015`);
  await source.query(`update docs set n = 2 where id = 1003`);
  await caughtUp('the stream');
  const peak = Number(/VmHWM:\s+(\d+)/.exec(await readFile('/proc/self/status', 'utf8'))?.[1]) / 1024;

  const lake = await openLake(deps, { destinationId, signal: new AbortController().signal });
  const mirror = async () => {
    const rows = await readMirror(lake, { namespace: ['large'], name: 'docs' }, { utf8: false });
    return rows.map(({ id, n, body, raw }) => ({ id, n, body: digest(body), raw: digest(raw) }));
  };
  const expected = () => sourceDigests(installation);
  const isParked = ({ id }: { id: unknown }) => id === 3 || id === 1003;
  expect(await mirror()).toEqual((await expected()).filter((row) => !isParked(row)));
  const letters = async () => {
    const { rows } = await database.pool.query<Record<string, unknown>>(
      `select id, op, column_name, left(reason, 31) as reason, row_key, state, needs_mirror, needs_changelog, octet_length(payload) < 1000 as is_short
         from dead_letter order by id`,
    );
    return rows;
  };
  expect(await letters()).toMatchObject([
    {
      op: 'r',
      column_name: 'body',
      reason: 'the row is larger than 64 MB an',
      row_key: ['3'],
      state: 'open',
      is_short: true,
    },
    {
      op: 'i',
      column_name: 'body',
      reason: 'the row is larger than 64 MB an',
      row_key: ['1003'],
      state: 'open',
      is_short: true,
    },
    { op: 'u', column_name: 'body', row_key: ['1003'], state: 'open', needs_changelog: false },
  ]);
  process.stderr.write(`peak ${Math.round(peak)} MB\n`);
  expect(peak).toBeLessThan(1_400);

  // Replayed too early, the letter is open again and says why; once the row is smaller it is carried.
  const [first] = await letters();
  const replay = { pipelineId: pipeline.id, id: Number(first?.id) };
  await requestReplay(control, SYSTEM_ACTOR, replay);
  await work.until(async () => (await letters())[0]?.state === 'open', { what: 'the letter is open again' });
  const [tried] = (await listDeadLetters(control, SYSTEM_ACTOR, { pipelineId: pipeline.id })).items.filter(
    ({ id }) => id === replay.id,
  );
  expect(tried?.replayFailedAt).toEqual(expect.any(String));
  await source.query(`update docs set body = 'now small' where id = 3`);
  await source.query(`update docs set body = 'small, too' where id = 1003`);
  await caughtUp('the smaller rows');
  expect(await mirror()).toEqual(await expected());
  expect((await letters()).map(({ needs_mirror: needsMirror }) => needsMirror)).toEqual([false, false, false]);
}, 600_000);

const digest = (value: unknown): string | null =>
  value === null || value === undefined
    ? null
    : createHash('md5')
        .update(value instanceof Uint8Array ? value : String(value))
        .digest('hex');

const sourceDigests = ({ source }: TestInstallation) =>
  source.query<{ id: number }>('select id, n, md5(body) as body, md5(raw) as raw from docs order by id');
