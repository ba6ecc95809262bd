import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { pausePipeline } from '@/server/pipelines/pause-pipeline.ts';
import { pauseTable } from '@/server/pipelines/pause-table.ts';
import { resumePipeline } from '@/server/pipelines/resume-pipeline.ts';
import { resumeTable } from '@/server/pipelines/resume-table.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { armFailpoint, type Failpoint } from '@/server/platform/failpoint.ts';
import { parkTable } from '@/worker/runtime/attention.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { testTables } from '@/worker/testing/test-tables.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await openTestInstallation();
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

const ROWS = 5_000;
const EXACT = { missing: 0, extra: 0, duplicates: 0, equal: true };

/** Two tables that are live, and a small transaction over both. */
async function livePipeline(name: string) {
  const { source, deps } = installation;
  const [a, b] = [`${name}_a`, `${name}_b`];
  for (const table of [a, b]) {
    await source.query(`create table ${table} (id int primary key, note text)`);
    await source.query(`insert into ${table} select i, 'n' || i from generate_series(1, ${ROWS}) i`);
    await source.query(`analyze ${table}`);
  }
  const tables = [a, b].map((table) => ({ table, mirror: true, changelog: true }));
  const pipeline = await startTestPipeline(installation, { name, tables, settings: { batchAgeMsMax: 100 } });
  const work = runWork(deps);
  await work.until(() => pipeline.isLive(), { what: 'the tables are live' });
  let next = 100_000;
  const write = async () => {
    const id = next++;
    await source.query(`begin;
      insert into ${a} values (${id}, 'new'); update ${a} set note = note || '.' where id = ${(id * 7) % ROWS};
      update ${a} set id = id + 1000000 where id = ${(id * 11) % ROWS};
      delete from ${b} where id = ${id % ROWS}; insert into ${b} values (${id}, 'new'); commit`);
  };
  const assertExact = async (worker: Pick<typeof work, 'until'>) => {
    await pipeline.caughtUp(worker);
    for (const table of [a, b]) {
      expect(await pipeline.compare(table, ['id'])).toMatchObject({ mirror: EXACT, changelog: EXACT });
    }
  };
  return { pipeline, work, write, assertExact, a, b, tables: testTables(installation, pipeline.id) };
}

test('a resync replaces a live table in one commit, twice in a row, while the other streams (row 64)', async () => {
  const { control } = installation;
  const { work, write, assertExact, a, b, tables } = await livePipeline('again');
  await using _work = work;
  const untouched = (await tables.commits(b)).filter(({ kind }) => kind === 'copy').length;
  for (const generation of [2, 3]) {
    await write();
    const key = await tables.key(a);
    expect(await resyncTable(control, SYSTEM_ACTOR, key)).toEqual({ carriedOut: 'soon' });
    await resyncTable(control, SYSTEM_ACTOR, key);
    const before = (await tables.commits(b)).length;
    await work.until(
      async () => {
        await write();
        const row = await tables.row(a);
        return row?.generation === generation && row.state === 'live';
      },
      { what: `generation ${generation} is live` },
    );
    expect((await tables.commits(b)).length).toBeGreaterThan(before);
  }
  await assertExact(work);
  const copies = (await tables.commits(a)).filter(({ kind }) => kind === 'copy').map(({ mode }) => mode);
  expect(copies.sort()).toEqual(['changelog', 'changelog', 'changelog', 'mirror', 'mirror', 'mirror']);
  expect((await tables.commits(b)).filter(({ kind }) => kind === 'copy')).toHaveLength(untouched);
});

const points: Failpoint[] = ['resync-begun', 'chunk-copied', 'chunk-stored', 'files-uploaded', 'join-sent'];

test.each(points)('a resync that dies at %s goes on with the next worker (row 64)', async (point) => {
  const { control, deps } = installation;
  const { work, write, assertExact, a, tables } = await livePipeline(`dies_${point.replaceAll('-', '_')}`);
  let ended: Promise<void> | null = null;
  {
    using _armed = armFailpoint(point, () => {
      ended ??= Promise.resolve(work[Symbol.asyncDispose]());
      throw new Error('crash');
    });
    await resyncTable(control, SYSTEM_ACTOR, await tables.key(a));
    await work
      .until(
        async () => {
          await write();
          return ended !== null;
        },
        { what: `a crash at ${point}` },
      )
      .catch((error: unknown) => {
        if (ended === null) throw error;
      });
    await ended;
  }
  await using next = runWork({ ...deps, holder: `after ${point}` });
  await write();
  await next.until(
    async () => {
      await write();
      const row = await tables.row(a);
      return (row?.generation ?? 1) > 1 && row?.state === 'live';
    },
    { what: 'the new generation is live' },
  );
  await assertExact(next);
});

test('a table that was parked or paused resumes with everything that was kept, or is resynced (row 69)', async () => {
  const { control, database } = installation;
  const { work, write, assertExact, a, tables } = await livePipeline('parked');
  await using _work = work;
  const key = await tables.key(a);
  const error = new AppError('LAKE_SCHEMA_IMPOSSIBLE', 'a test parks it');
  const rounds = [
    { stop: () => parkTable(database.pool, { tableId: key.tableId, error }), go: resumeTable },
    { stop: () => pauseTable(control, SYSTEM_ACTOR, key), go: resumeTable },
    { stop: () => pauseTable(control, SYSTEM_ACTOR, key), go: resyncTable },
    { stop: () => parkTable(database.pool, { tableId: key.tableId, error }), go: resyncTable },
  ];
  for (const { stop, go } of rounds) {
    await stop();
    for (let n = 0; n < 5; n++) await write();
    const spilled = async () => {
      const { rows } = await database.pool.query('select from spill_block where pipeline_table_id = $1', [key.tableId]);
      return rows.length > 0;
    };
    await work.until(spilled, { what: 'its changes are kept' });
    await go(control, SYSTEM_ACTOR, key);
    for (let n = 0; n < 5; n++) await write();
    await work.until(tables.stateIs(a, 'live'), { what: 'it is live again' });
    await assertExact(work);
  }
  expect((await tables.row(a))?.generation).toBe(3);
});

test('a resumed table that dies when its changes have just become visible gets nothing twice', async () => {
  const { control, deps } = installation;
  const { work, write, assertExact, a, tables } = await livePipeline('resumed_twice');
  const key = await tables.key(a);
  await pauseTable(control, SYSTEM_ACTOR, key);
  for (let n = 0; n < 5; n++) await write();
  let ended: Promise<void> | null = null;
  {
    using _armed = armFailpoint('join-sent', () => {
      ended ??= Promise.resolve(work[Symbol.asyncDispose]());
      throw new Error('crash');
    });
    await resumeTable(control, SYSTEM_ACTOR, key);
    await work
      .until(async () => ended !== null, { what: 'the crash' })
      .catch((error: unknown) => {
        if (ended === null) throw error;
      });
    await ended;
  }
  for (let n = 0; n < 5; n++) await write();
  await using next = runWork({ ...deps, holder: 'after the crash' });
  await next.until(tables.stateIs(a, 'live'), { what: 'it is live again' });
  await assertExact(next);
  expect((await tables.row(a))?.generation).toBe(1);
});

test('a table that was given up is refused a resume and mended by a resync', async () => {
  const { control, database } = installation;
  const { work, write, assertExact, a, tables } = await livePipeline('given_up');
  await using _work = work;
  const key = await tables.key(a);
  await pauseTable(control, SYSTEM_ACTOR, key);
  await database.pool.query(
    `update pipeline_table set state = 'needs_attention', error_code = 'SPILL_FULL', error_message = 'a test gave it up' where id = $1`,
    [key.tableId],
  );
  for (let n = 0; n < 5; n++) await write();
  await expect(resumeTable(control, SYSTEM_ACTOR, key)).rejects.toThrow(/resync it/);
  await resyncTable(control, SYSTEM_ACTOR, key);
  await work.until(tables.stateIs(a, 'live'), { what: 'it is live again' });
  await assertExact(work);
});

test('a resync that is asked for while the pipeline is paused begins when it resumes', async () => {
  const { control } = installation;
  const { pipeline, work, write, assertExact, a, tables } = await livePipeline('resting');
  await using _work = work;
  await pausePipeline(control, SYSTEM_ACTOR, { id: pipeline.id });
  expect(await resyncTable(control, SYSTEM_ACTOR, await tables.key(a))).toEqual({ carriedOut: 'when it runs' });
  await write();
  await resumePipeline(control, SYSTEM_ACTOR, { id: pipeline.id });
  await work.until(async () => (await tables.row(a))?.generation === 2 && (await pipeline.isLive()), {
    what: 'it is live',
  });
  await assertExact(work);
});
