import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { slotName } from '@/server/domain/names.ts';
import { resyncPipeline } from '@/server/pipelines/resync-pipeline.ts';
import { startPostgres } from '@/server/platform/embedded/postgres.ts';
import { removeCluster } from '@/server/platform/embedded/postgres-cluster.ts';
import { silentLog } from '@/server/platform/logger.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';

const run = promisify(execFile);
const EXACT = { missing: 0, extra: 0, duplicates: 0, equal: true };

/** A server, and a copy of it made while it stood still that takes its address over as a standby does: by a new timeline. */
async function openPair() {
  const dataDir = join(tmpdir(), `philotes-failover-${randomBytes(6).toString('hex')}`);
  const copyDir = `${dataDir}-copy`;
  const launch = (dir: string, port?: number, settings: Record<string, string> = {}) =>
    startPostgres({
      dataDir: dir,
      logFile: `${dir}.log`,
      settings: { fsync: 'off', ...settings },
      log: silentLog,
      ...(port === undefined ? {} : { port }),
    });
  let server = await launch(dataDir);
  const { port, url } = server;
  const cluster = JSON.parse(await readFile(join(dataDir, 'cluster.json'), 'utf8')) as { location: string };
  const copied = `${cluster.location}-copy`;
  return {
    url,
    stop: () => server.stop(),
    async start() {
      server = await launch(dataDir, port);
    },
    /** Call it while the server stands still. */
    async copy(options: { withoutSlot?: string } = {}) {
      // Owners are kept: as root, the server belongs to another user.
      await run('cp', ['-a', cluster.location, copied]);
      await run('cp', ['-a', join(copied, 'PG_VERSION'), join(copied, 'recovery.signal')]);
      await mkdir(copyDir, { recursive: true });
      await writeFile(join(copyDir, 'cluster.json'), JSON.stringify({ ...cluster, location: copied }));
      if (options.withoutSlot) await rm(join(copied, 'pg_replslot', options.withoutSlot), { recursive: true });
    },
    async promote() {
      server = await launch(copyDir, port, { restore_command: 'false', hot_standby: 'off' });
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await removeCluster(dataDir);
      await removeCluster(copyDir);
      await rm(copied, { recursive: true, force: true });
      for (const dir of [dataDir, copyDir]) await rm(`${dir}.log`, { force: true });
    },
  };
}

type Pair = Awaited<ReturnType<typeof openPair>>;

/** A pipeline that is live on the pair's first server, with its worker at rest. */
async function openLive(pair: Pair) {
  const installation = await openTestInstallation({ sourceServer: pair.url });
  const { source, database, deps } = installation;
  await source.query('create table item (id int primary key, note text)');
  await source.query(`insert into item select i, 'n' || i from generate_series(1, 3000) i`);
  const pipeline = await startTestPipeline(installation, {
    name: 'p',
    tables: [{ table: 'item', mirror: true, changelog: true }],
    settings: { batchAgeMsMax: 100 },
  });
  const shown = async () => {
    const { rows } = await database.pool.query<{
      state: string;
      code: string | null;
      message: string | null;
      epoch: number;
      timeline: number;
    }>(`select state, error_code as code, error_message as message, epoch, timeline
          from pipeline join position on pipeline_id = id`);
    return rows[0];
  };
  let holders = 0;
  const work = () => runWork({ ...deps, holder: `w${++holders}` });
  const assertExact = async (worker: ReturnType<typeof work>) => {
    await pipeline.caughtUp(worker);
    expect(await pipeline.compare('item', ['id'])).toMatchObject({ mirror: EXACT, changelog: EXACT });
  };
  {
    await using first = work();
    await first.until(() => pipeline.isLive(), { what: 'it is live' });
    await source.query(`insert into item values (10001, 'streamed')`);
    await assertExact(first);
  }
  return {
    ...installation,
    pipeline,
    slot: slotName(pipeline.id),
    shown,
    work,
    assertExact,
    [Symbol.asyncDispose]: () => installation[Symbol.asyncDispose](),
  };
}

test('a failover that lost nothing is followed under the same epoch (row 9)', async () => {
  await using pair = await openPair();
  await using live = await openLive(pair);
  await pair.stop();
  await pair.copy();
  await pair.promote();
  await live.source.query(`update item set note = 'after' where id < 100; insert into item values (10002, 'after')`);
  await using work = live.work();
  await live.assertExact(work);
  expect(await live.shown()).toMatchObject({ epoch: 1, timeline: 2, code: null });
});

test('a standby that took over without our slot is named, and a resync follows it (row 9)', async () => {
  await using pair = await openPair();
  await using live = await openLive(pair);
  await pair.stop();
  await pair.copy({ withoutSlot: live.slot });
  await pair.promote();
  await live.source.query(`delete from item where id < 100`);
  await using work = live.work();
  await work.until(async () => (await live.shown())?.code === 'SOURCE_FAILED_OVER', { what: 'it says so' });
  expect(await live.shown()).toMatchObject({ state: 'needs_attention', message: expect.stringContaining(live.slot) });
  await resyncPipeline(live.control, SYSTEM_ACTOR, { id: live.pipeline.id });
  await work.until(async () => (await live.shown())?.epoch === 2 && (await live.pipeline.isLive()), {
    what: 'it is live',
  });
  await live.assertExact(work);
});

test('a source that lost changes which were read is named, and a resync takes them back (rows 10, 11)', async () => {
  await using pair = await openPair();
  await using live = await openLive(pair);
  await pair.stop();
  await pair.copy();
  await pair.start();
  {
    await live.source.query(`update item set note = 'lost' where id < 100; insert into item values (10002, 'lost')`);
    await using work = live.work();
    await live.assertExact(work);
  }
  await pair.stop();
  await pair.promote();
  await live.source.query(`insert into item select i, 'kept' from generate_series(20000, 21000) i`);
  await using work = live.work();
  await work.until(async () => (await live.shown())?.code === 'SOURCE_FAILED_OVER', { what: 'it says so' });
  expect((await live.shown())?.message).toMatch(/were read that it does not have/);
  await resyncPipeline(live.control, SYSTEM_ACTOR, { id: live.pipeline.id });
  await work.until(async () => (await live.shown())?.epoch === 2 && (await live.pipeline.isLive()), {
    what: 'it is live',
  });
  await live.assertExact(work);
  expect(await live.shown()).toMatchObject({ timeline: 2 });
});
