import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { armFailpoint, type Failpoint } from '@/server/platform/failpoint.ts';
import { getVerification } from '@/server/verifications/get-verification.ts';
import { repairVerification } from '@/server/verifications/repair-verification.ts';
import { startVerification } from '@/server/verifications/start-verification.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { type RunningWork, runWork } from '@/worker/testing/run-work.ts';
import { tamperMirror } from '@/worker/testing/tamper-mirror.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { testTables } from '@/worker/testing/test-tables.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await openTestInstallation();
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

const ROWS = 4_000;
const EXACT = { missing: 0, extra: 0, duplicates: 0, equal: true };
const DAMAGE = { remove: 'id IN (15, 20, 1005, 3995)', add: [`-5, 'extra', NULL`, `1500, 'twice', NULL`] };

/** A live table with TOASTed values, and one transaction after the other that changes, moves, adds and deletes rows. */
async function livePipeline(name: string, { changelog = true } = {}) {
  const { source, deps } = installation;
  await source.query(`create table ${name} (id int primary key, note text, big text)`);
  await source.query(`alter table ${name} alter big set storage external`);
  await source.query(
    `insert into ${name} select i, 'n' || i, repeat('x', 3000) || i from generate_series(1, ${ROWS}) i`,
  );
  await source.query(`analyze ${name}`);
  const pipeline = await startTestPipeline(installation, {
    name,
    tables: [{ table: name, mirror: true, changelog }],
    settings: { batchAgeMsMax: 100, copyChunkRows: 1000 },
  });
  const work = runWork(deps);
  await work.until(() => pipeline.isLive(), { what: 'the table is live' });
  const tables = testTables(installation, pipeline.id);
  let n = 0;
  const write = async () => {
    n++;
    await source.query(`begin;
      update ${name} set note = note || '.' where id = ${(n * 7919) % ROWS} and id % 5 <> 0;
      update ${name} set big = repeat('y', 3000) || ${n} where id = ${(n * 1231) % ROWS} and id % 5 <> 0;
      insert into ${name} values (${100_000 + n}, 'new', repeat('z', 3000));
      delete from ${name} where id = ${100_000 + n - 20};
      update ${name} set id = ${ROWS} + id, big = 'moved' where id = ${(n * 104729) % ROWS} and id % 10 = 3; commit`);
  };
  const assertExact = async (running: Pick<RunningWork, 'until'>) => {
    await pipeline.caughtUp(running);
    if (changelog) expect(await pipeline.compare(name, ['id'])).toMatchObject({ mirror: EXACT, changelog: EXACT });
    else expect(await pipeline.compareMirror(name)).toMatchObject(EXACT);
  };
  /** Asked for, read and in the lake, however often it had to begin. */
  const isDone = async () => {
    const { rows } = await installation.database.pool.query<{ done: boolean }>(
      `select generation > 1 and state = 'live' and requested is null and copy_scope is null as done
         from pipeline_table where pipeline_id = $1`,
      [pipeline.id],
    );
    return rows[0]?.done ?? false;
  };
  const key = await tables.key(name);
  const lake = { namespace: [name], name };
  return { pipeline, work, write, assertExact, isDone, key, lake, tables };
}

test('what a verification names is repaired in one commit while the table is written to (rows 59, 64)', async () => {
  const { control } = installation;
  const { work, write, assertExact, isDone, key, lake, tables } = await livePipeline('repaired');
  await using _work = work;
  await write();
  await tamperMirror(installation, lake, DAMAGE);
  const { id } = await startVerification(control, SYSTEM_ACTOR, key);
  const named = { ...key, verificationId: id };
  const state = async () => (await getVerification(control, SYSTEM_ACTOR, named)).state;
  const writing = (condition: () => Promise<boolean>) => async () => {
    await write();
    return condition();
  };
  await work.until(
    writing(async () => (await state()) === 'done'),
    { what: 'the verification ends' },
  );
  expect(await getVerification(control, SYSTEM_ACTOR, named)).toMatchObject({ missing: 4, extra: 2, different: 0 });
  const { ranges } = await repairVerification(control, SYSTEM_ACTOR, named);
  expect(ranges).toBeGreaterThan(1);
  expect(await getVerification(control, SYSTEM_ACTOR, named)).toMatchObject({
    repairRequestedAt: expect.any(String),
    repairedAt: null,
  });
  await work.until(writing(isDone), { what: 'the repair is in the lake' });
  expect(await getVerification(control, SYSTEM_ACTOR, named)).toMatchObject({ repairedAt: expect.any(String) });
  for (let n = 0; n < 10; n++) await write();
  await assertExact(work);
  const copies = (await tables.commits('repaired')).filter(({ kind }) => kind === 'copy').map(({ mode }) => mode);
  expect(copies.sort()).toEqual(['changelog', 'changelog', 'mirror', 'mirror']);
  // The figures of the whole copy, not those of the part.
  const { rows: copied } = await installation.database.pool.query(
    'select copy_rows::int as rows from pipeline_table where id = $1',
    [key.tableId],
  );
  expect(copied).toEqual([{ rows: ROWS }]);
  const again = await startVerification(control, SYSTEM_ACTOR, key);
  const second = { ...key, verificationId: again.id };
  await work.until(async () => (await getVerification(control, SYSTEM_ACTOR, second)).state === 'done', {
    what: 'the second verification ends',
  });
  expect(await getVerification(control, SYSTEM_ACTOR, second)).toMatchObject({
    ranges: { different: 0, undecided: 0 },
    missing: 0,
    extra: 0,
    different: 0,
  });
});

const points: Failpoint[] = ['resync-begun', 'chunk-stored', 'files-uploaded', 'join-sent'];

for (const point of points) {
  test(`a part of a table whose worker dies at ${point} joins exactly with the next (rows 59, 62, 64)`, async () => {
    const { control, deps } = installation;
    const name = `part_${point.replaceAll('-', '_')}`;
    const { work, write, assertExact, isDone, key, lake } = await livePipeline(name);
    await tamperMirror(installation, lake, DAMAGE);
    let ended: Promise<void> | null = null;
    {
      using _armed = armFailpoint(point, () => {
        ended ??= Promise.resolve(work[Symbol.asyncDispose]());
        throw new Error('crash');
      });
      await resyncTable(control, SYSTEM_ACTOR, { ...key, to: '3999' });
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
    await next.until(
      async () => {
        await write();
        return isDone();
      },
      { what: 'the part is in the lake' },
    );
    await assertExact(next);
  });
}

test('a repair whose worker dies when it has begun ends right with the next, and is not asked for twice (rows 59, 62, 64)', async () => {
  const { control, deps } = installation;
  const name = 'repair_begun';
  const { work, write, assertExact, isDone, key, lake, tables } = await livePipeline(name);
  await tamperMirror(installation, lake, DAMAGE);
  const verify = async (running: Pick<RunningWork, 'until'>) => {
    const { id } = await startVerification(control, SYSTEM_ACTOR, key);
    const named = { ...key, verificationId: id };
    const read = () => getVerification(control, SYSTEM_ACTOR, named);
    await running.until(async () => (await read()).state === 'done', { what: 'the verification ends' });
    return { named, found: await read() };
  };
  const { named, found } = await verify(work);
  expect(found).toMatchObject({ missing: 4, extra: 2, different: 0 });
  let ended: Promise<void> | null = null;
  {
    using _armed = armFailpoint('resync-begun', () => {
      ended ??= Promise.resolve(work[Symbol.asyncDispose]());
      throw new Error('crash');
    });
    const { ranges } = await repairVerification(control, SYSTEM_ACTOR, named);
    expect(ranges).toBeGreaterThan(1);
    const crashed = async () => {
      await write();
      return ended !== null;
    };
    await work.until(crashed, { what: 'the crash' }).catch((error: unknown) => {
      if (ended === null) throw error;
    });
    await ended;
  }
  await expect(repairVerification(control, SYSTEM_ACTOR, named)).rejects.toMatchObject({ code: 'CONFLICT' });
  await using next = runWork({ ...deps, holder: 'after the crash' });
  const repaired = async () => {
    await write();
    return isDone();
  };
  await next.until(repaired, { what: 'the repair is in the lake' });
  await assertExact(next);
  // One repair, carried out once: the lake holds the table's copy, and the ranges read again in one commit.
  const copies = (await tables.commits(name)).filter(({ kind, mode }) => kind === 'copy' && mode === 'mirror');
  expect(copies).toHaveLength(2);
  expect((await verify(next)).found).toMatchObject({ missing: 0, extra: 0, different: 0, ranges: { undecided: 0 } });
});

test('a truncate while a part is read lets it begin anew, and nothing of the rest is lost (row 63)', async () => {
  const { control, source } = installation;
  const { work, write, assertExact, isDone, key, tables } = await livePipeline('part_truncated');
  await using _work = work;
  let truncated: Promise<unknown> | null = null;
  {
    using _armed = armFailpoint('chunk-copied', async () => {
      truncated ??= source.query('truncate part_truncated');
      await truncated;
    });
    // More chunks than are read at once: some have not begun when the table is truncated.
    await resyncTable(control, SYSTEM_ACTOR, { ...key, from: '100', to: '3999' });
    await work.until(
      async () => {
        await write();
        return truncated !== null && (await isDone());
      },
      { what: 'the part is in the lake' },
    );
  }
  expect((await tables.row('part_truncated'))?.generation).toBeGreaterThan(2);
  await assertExact(work);
});

test('rows that meet conditions are read again, and those that the lake alone has stay', async () => {
  const { control } = installation;
  const { work, write, assertExact, key, lake, tables } = await livePipeline('part_where', { changelog: false });
  await using _work = work;
  await tamperMirror(installation, lake, { remove: 'id IN (15, 1005)', add: [`-5, 'extra', NULL`] });
  await resyncTable(control, SYSTEM_ACTOR, {
    ...key,
    where: [
      { column: 'note', operator: '=', value: 'n1005' },
      { column: 'big', operator: 'is not null' },
    ],
  });
  const isAt = (generation: number) => async () => {
    await write();
    const row = await tables.row('part_where');
    return row?.generation === generation && row.state === 'live';
  };
  await work.until(isAt(2), { what: 'the row is in the lake' });
  const { id } = await startVerification(control, SYSTEM_ACTOR, key);
  const named = { ...key, verificationId: id };
  await work.until(async () => (await getVerification(control, SYSTEM_ACTOR, named)).state === 'done', {
    what: 'the verification ends',
  });
  expect(await getVerification(control, SYSTEM_ACTOR, named)).toMatchObject({ missing: 1, extra: 1, different: 0 });
  await resyncTable(control, SYSTEM_ACTOR, { ...key, to: '1000' });
  await work.until(isAt(3), { what: 'the range is in the lake' });
  await assertExact(work);
  await expect(
    resyncTable(control, SYSTEM_ACTOR, { ...key, where: [{ column: 'nothing', operator: '=', value: '1' }] }),
  ).rejects.toThrow(/where\.0: the source says: column "nothing" does not exist/);
  await expect(
    resyncTable(control, SYSTEM_ACTOR, { ...key, where: [{ column: 'id', operator: '=', value: 'x' }] }),
  ).rejects.toThrow(/where\.0: the source says: invalid input syntax for type integer/);
  for (const [bounds, reason] of [
    [{ from: 'abc' }, /^from: is no value of the key column id, which is integer/],
    [{ to: '99999999999' }, /^to: is no value/],
    [{ from: '100', to: '50' }, /^to: must lie behind from/],
  ] as const) {
    await expect(resyncTable(control, SYSTEM_ACTOR, { ...key, ...bounds })).rejects.toThrow(reason);
  }
  expect(await tables.row('part_where')).toMatchObject({ state: 'live', generation: 3 });
});
