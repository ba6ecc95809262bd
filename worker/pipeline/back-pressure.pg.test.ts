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

/** Text that does not compress to nothing: 32 kB per row. */
const LONG = `(select string_agg(md5(i || '-' || n), '') from generate_series(1, 1000) n)`;

async function livePipeline(name: string, settings: string) {
  const { source, database } = installation;
  await source.query(`create table ${name} (id int primary key, long text)`);
  const pipeline = await startTestPipeline(installation, {
    name,
    tables: [{ table: name, mirror: true, changelog: true }],
  });
  await database.pool.query('update pipeline set settings = settings || $2::jsonb where id = $1', [
    pipeline.id,
    settings,
  ]);
  return pipeline;
}

const errorOf = async (id: string): Promise<string | null> => {
  const { rows } = await installation.database.pool.query('select error_code from pipeline where id = $1', [id]);
  return rows[0]?.error_code ?? null;
};

test('a transaction that is larger than the whole buffer goes through (row 26)', async () => {
  const pipeline = await livePipeline('large', '{"bufferBytesMax": 1000000}');
  await using work = runWork(installation.deps);
  await work.until(() => pipeline.isLive(), { what: 'the table is live' });
  await installation.source.query(`insert into large select i, ${LONG} from generate_series(1, 1500) i`);
  const end = await pipeline.position();
  await work.until(() => pipeline.isAt(end), { what: 'the lake has caught up', withinMs: 40_000 });
  expect(await pipeline.compareMirror('large')).toMatchObject({ equal: true, sourceRows: 1500 });
});

test('capture waits at a full buffer, says so, and goes on once there is room', async () => {
  const pipeline = await livePipeline('filled', '{"bufferBytesMax": 1000000, "batchAgeMsMax": 4000}');
  await using work = runWork(installation.deps);
  await work.until(() => pipeline.isLive(), { what: 'the table is live' });
  for (let at = 0; at < 15; at++) {
    await installation.source.query(
      `insert into filled select i, ${LONG} from generate_series(${at * 100}, ${at * 100 + 99}) i`,
    );
  }
  await work.until(async () => (await errorOf(pipeline.id)) === 'BUFFER_FULL', { what: 'the buffer is full' });
  const end = await pipeline.position();
  await work.until(() => pipeline.isAt(end), { what: 'the lake has caught up' });
  expect(await pipeline.compareMirror('filled')).toMatchObject({ equal: true, sourceRows: 1500 });
  await work.until(async () => (await errorOf(pipeline.id)) === null, { what: 'the error is gone', withinMs: 10_000 });
});
