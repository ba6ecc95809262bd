import { expect, test } from 'vitest';
import { memberActor, SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { publicationName } from '@/server/domain/names.ts';
import { addTables } from '@/server/pipelines/add-tables.ts';
import { pauseTable } from '@/server/pipelines/pause-table.ts';
import { removeTable } from '@/server/pipelines/remove-table.ts';
import { resumeTable } from '@/server/pipelines/resume-table.ts';
import { resyncPipeline } from '@/server/pipelines/resync-pipeline.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { setTable } from '@/server/pipelines/set-table.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { stopPipeline } from '@/server/pipelines/stop-pipeline.ts';
import { armFailpoint } from '@/server/platform/failpoint.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { testTables } from '@/worker/testing/test-tables.ts';

const EXACT = { missing: 0, extra: 0, duplicates: 0, equal: true };

/** A pipeline over `a` and `b`, live; `c` waits on the source. */
async function openLive() {
  const installation = await openTestInstallation();
  const { source, catalogUrl, token } = installation;
  for (const table of ['a', 'b', 'c']) {
    await source.query(`create table ${table} (id int primary key, note text)`);
    await source.query(`insert into ${table} select i, 'n' || i from generate_series(1, 3000) i`);
    await source.query(`analyze ${table}`);
  }
  const pipeline = await startTestPipeline(installation, {
    name: 'p',
    tables: [
      { table: 'a', mirror: true, changelog: false },
      { table: 'b', mirror: true, changelog: false },
    ],
    settings: { batchAgeMsMax: 100 },
  });
  const work = runWork(installation.deps);
  await work.until(() => pipeline.isLive(), { what: 'the tables are live' });
  let next = 10_000;
  const write = async () => {
    const id = next++;
    for (const table of ['a', 'b', 'c']) {
      await source.query(`insert into ${table} values (${id}, 'new'); delete from ${table} where id = ${id % 3000}`);
    }
  };
  return {
    ...installation,
    pipeline,
    work,
    write,
    tables: testTables(installation, pipeline.id),
    async published() {
      const rows = await source.query<{ name: string }>(
        'select tablename as name from pg_publication_tables where pubname = $1 order by 1',
        [publicationName(pipeline.id)],
      );
      return rows.map(({ name }) => name);
    },
    async lakeHas(table: string) {
      const base = (await (
        await fetch(`${catalogUrl}/v1/config?warehouse=lake`, { headers: { authorization: `Bearer ${token}` } })
      ).json()) as {
        overrides?: { prefix?: string };
      };
      const prefix = base.overrides?.prefix ?? 'lake';
      const answer = await fetch(`${catalogUrl}/v1/${prefix}/namespaces/p/tables/${table}`, {
        method: 'HEAD',
        headers: { authorization: `Bearer ${token}` },
      });
      return answer.ok;
    },
    async caughtUp() {
      await pipeline.caughtUp(work);
    },
    async [Symbol.asyncDispose]() {
      await work[Symbol.asyncDispose]();
      await installation[Symbol.asyncDispose]();
    },
  };
}

test('a table added to a running pipeline is copied alone, and one removed leaves publication and buffer (row 44)', async () => {
  await using live = await openLive();
  const { control, database, pipeline, work, write, tables } = live;
  const added = await addTables(control, SYSTEM_ACTOR, {
    pipelineId: pipeline.id,
    tables: [{ schema: 'public', table: 'c', mirror: true, changelog: true }],
  });
  expect(added.tables).toMatchObject([{ source: 'public.c', lakeName: 'c' }]);
  await work.until(
    async () => {
      await write();
      return pipeline.isLive();
    },
    { what: 'the new table is live' },
  );
  await live.caughtUp();
  expect(await pipeline.compare('c', ['id'])).toMatchObject({ mirror: EXACT, changelog: EXACT });
  for (const table of ['a', 'b']) expect(await pipeline.compareMirror(table)).toMatchObject(EXACT);
  expect((await tables.row('a'))?.generation).toBe(1);
  expect(await live.published()).toEqual(['a', 'b', 'c']);

  const key = await tables.key('b');
  expect(await removeTable(control, SYSTEM_ACTOR, key)).toEqual({ carriedOut: 'soon', lakeTablesKept: [] });
  await work.until(
    async () => {
      await write();
      return (await live.published()).length === 2;
    },
    { what: 'the table is out of the publication' },
  );
  await live.caughtUp();
  expect(await tables.row('b')).toBeUndefined();
  expect(await live.lakeHas('b')).toBe(true);
  expect(await pipeline.compareMirror('a')).toMatchObject(EXACT);
  const { rows } = await database.pool.query('select from spill_block where pipeline_table_id = $1', [key.tableId]);
  expect(rows).toHaveLength(0);
});

test('a removal that drops the lake tables survives a crash in between, and makes room for the table to come back', async () => {
  await using live = await openLive();
  const { control, deps, pipeline, work, write, tables } = live;
  await removeTable(control, SYSTEM_ACTOR, { ...(await tables.key('b')), dropLakeTables: true });
  let ended: Promise<void> | null = null;
  {
    using _armed = armFailpoint('removal-lake-dropped', () => {
      ended ??= Promise.resolve(work[Symbol.asyncDispose]());
      throw new Error('crash');
    });
    await work
      .until(async () => ended !== null, { what: 'the crash' })
      .catch((error: unknown) => {
        if (ended === null) throw error;
      });
    await ended;
  }
  await using next = runWork({ ...deps, holder: 'next' });
  await write();
  await next.until(async () => (await tables.row('b')) === undefined, { what: 'the table is gone' });
  expect(await live.lakeHas('b')).toBe(false);
  await addTables(control, SYSTEM_ACTOR, { pipelineId: pipeline.id, tables: [{ schema: 'public', table: 'b' }] });
  await next.until(() => pipeline.isLive(), { what: 'it is back' });
  const end = await pipeline.position();
  await next.until(() => pipeline.isAt(end), { what: 'the lake has caught up' });
  expect(await pipeline.compareMirror('b')).toMatchObject(EXACT);
});

test('a table that the source dropped is taken out of a stopped pipeline with its lake tables, and the pipeline starts', async () => {
  await using live = await openLive();
  const { control, source, pipeline, work, tables } = live;
  const isStopped = async () =>
    (await control.database.pool.query('select state from pipeline where id = $1', [pipeline.id])).rows[0]?.state ===
    'stopped';
  await stopPipeline(control, SYSTEM_ACTOR, { id: pipeline.id });
  await work.until(isStopped, { what: 'it has stopped' });
  await source.query('drop table b');
  await removeTable(control, SYSTEM_ACTOR, { ...(await tables.key('b')), dropLakeTables: true });
  await startPipeline(control, SYSTEM_ACTOR, { id: pipeline.id });
  await work.until(async () => (await tables.row('b')) === undefined, { what: 'the table is gone' });
  expect(await live.lakeHas('b')).toBe(false);
  await source.query(`insert into a (id) values (999999)`);
  const end = await pipeline.position();
  await work.until(() => pipeline.isAt(end), { what: 'the other table goes on' });
  expect(await pipeline.compareMirror('a')).toMatchObject(EXACT);
});

test('a mode that is added is copied, one that is taken away is written no more', async () => {
  await using live = await openLive();
  const { control, pipeline, work, write, tables } = live;
  const key = await tables.key('a');
  expect(await setTable(control, SYSTEM_ACTOR, { ...key, changelog: true })).toMatchObject({
    carriedOut: 'soon',
    resync: true,
  });
  await work.until(
    async () => {
      await write();
      return (await tables.row('a'))?.generation === 2 && (await pipeline.isLive());
    },
    { what: 'the changelog is there' },
  );
  await live.caughtUp();
  expect(await pipeline.compare('a', ['id'])).toMatchObject({ mirror: EXACT, changelog: EXACT });
  expect(await setTable(control, SYSTEM_ACTOR, { ...key, mirror: false })).toMatchObject({
    carriedOut: 'now',
    resync: false,
  });
  await write();
  await live.caughtUp();
  expect(await pipeline.compare('a', ['id'])).toMatchObject({ mirror: { equal: false }, changelog: EXACT });
  await expect(setTable(control, SYSTEM_ACTOR, { ...key, changelog: false })).rejects.toThrow(/needs a mode/);
  // It is text anyway.
  expect(await setTable(control, SYSTEM_ACTOR, { ...key, policies: { note: 'string' } })).toMatchObject({
    resync: false,
  });
  for (const [column, message] of [
    ['nope', /policies\.nope: the table has no column nope/],
    ['id', /policies\.id: id is part of the key/],
  ] as const) {
    await expect(
      setTable(control, SYSTEM_ACTOR, { ...key, mirror: true, policies: { [column]: 'null' } }),
    ).rejects.toThrow(message);
  }
});

test('a changelog that comes after the mirror has lost and won columns has its own, in their own places', async () => {
  await using live = await openLive();
  const { source, control, pipeline, work, tables } = live;
  await source.query('alter table a drop column note, add column more text, add column number int');
  await source.query(`update a set more = 'm' || id, number = id where id < 10`);
  await live.caughtUp();
  await setTable(control, SYSTEM_ACTOR, { ...(await tables.key('a')), changelog: true });
  await work.until(async () => (await tables.row('a'))?.generation === 2 && (await pipeline.isLive()), {
    what: 'copied',
  });
  await source.query(`update a set more = 'after', number = 7 where id < 20; delete from a where id = 20`);
  await live.caughtUp();
  expect(await pipeline.compare('a', ['id'])).toMatchObject({ mirror: EXACT, changelog: EXACT });
});

test('what does not fit is refused with the reason, and changes nothing', async () => {
  await using live = await openLive();
  const { source, control, pipeline, tables } = live;
  await source.query('create table keyless (note text)');
  const pipelineId = pipeline.id;
  const add = (table: Record<string, unknown>) =>
    addTables(control, SYSTEM_ACTOR, { pipelineId, tables: [{ schema: 'public', table: 'c', ...table }] });
  await expect(add({ table: 'keyless' })).rejects.toMatchObject({ code: 'PREFLIGHT_REFUSED' });
  await expect(add({ table: 'none' })).rejects.toThrow(/none/);
  await expect(add({ table: 'a', lakeName: 'other' })).rejects.toThrow(/in the pipeline already/);
  await expect(add({ lakeName: 'a' })).rejects.toMatchObject({
    code: 'NAME_TAKEN',
    fields: [{ field: 'tables[0].lakeName' }],
  });
  const key = await tables.key('a');
  const elsewhere = { ...key, pipelineId: 'pl_other' };
  for (const verb of [resyncTable, pauseTable, resumeTable, removeTable, setTable]) {
    await expect(verb(control, SYSTEM_ACTOR, elsewhere)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const wrong = verb(control, SYSTEM_ACTOR, { ...key, tableId: 999_999 });
    await expect(wrong).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
  await removeTable(control, SYSTEM_ACTOR, await tables.key('b'));
  await expect(removeTable(control, SYSTEM_ACTOR, key)).rejects.toThrow(/last one/);
  const viewer = memberActor({ id: 'mem_v', role: 'viewer' }, null);
  for (const verb of [resyncTable, pauseTable, resumeTable, removeTable, setTable]) {
    await expect(verb(control, viewer, key)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  }
  await expect(resyncPipeline(control, viewer, { id: pipelineId })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(addTables(control, viewer, { pipelineId, tables: [] })).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
