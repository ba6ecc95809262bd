import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import type { SchemaPolicy } from '@/server/domain/schema-policy.ts';
import { decideSchemaChanges } from '@/server/pipelines/decide-schema-changes.ts';
import { listSchemaChanges } from '@/server/pipelines/list-schema-changes.ts';
import { pauseTable } from '@/server/pipelines/pause-table.ts';
import { resumeTable } from '@/server/pipelines/resume-table.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { setTable } from '@/server/pipelines/set-table.ts';
import { updatePipeline } from '@/server/pipelines/update-pipeline.ts';
import { readLake } from '@/test/compare/read-lake.ts';
import { loadTable } from '@/test/compare/rest-catalog.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { testTables } from '@/worker/testing/test-tables.ts';

/** Two live tables, `item` under a policy of its own and `other` under none. */
async function openLive(schemaPolicy: SchemaPolicy) {
  const installation = await openTestInstallation();
  const { source, control, database, catalogUrl, token } = installation;
  await source.query('create table item (id int primary key, note text, amount int, gone text)');
  await source.query('create table other (id int primary key, note text)');
  await source.query(`insert into item select i, 'n' || i, i, 'g' from generate_series(1, 3) i`);
  const pipeline = await startTestPipeline(installation, {
    name: 'p',
    tables: [
      { table: 'item', mirror: true, changelog: true },
      { table: 'other', mirror: true, changelog: false },
    ],
    settings: { batchAgeMsMax: 100 },
  });
  const tables = testTables(installation, pipeline.id);
  await setTable(control, SYSTEM_ACTOR, { ...(await tables.key('item')), schemaPolicy });
  const work = runWork(installation.deps);
  await work.until(() => pipeline.isLive(), { what: 'both are live' });
  let next = 1_000;
  const changes = async (action?: 'waiting' | 'ignored' | 'unfit') => {
    const { tableId } = await tables.key('item');
    const wanted = { pipelineId: pipeline.id, tableId, sort: 'at' as const, ...(action ? { action } : {}) };
    return (await listSchemaChanges(control, SYSTEM_ACTOR, wanted)).items;
  };
  return {
    ...installation,
    pipeline,
    tables,
    work,
    changes,
    history: async () => (await changes()).map(({ kind, column, action }) => `${kind} ${column} ${action}`),
    async caughtUp() {
      await pipeline.caughtUp(work);
    },
    /** The other table goes on whatever `item` waits for. */
    async otherGoesOn() {
      await source.query(`insert into other values (${next++}, 'x')`);
      const end = await pipeline.position();
      await work.until(
        async () => {
          const { rows } = await database.pool.query(
            'select 1 from position where pipeline_id = $1 and tail_end_lsn >= $2::pg_lsn and committed_seq = tail_seq',
            [pipeline.id, end],
          );
          return rows.length === 1;
        },
        { what: 'everything captured is committed or kept aside' },
      );
      expect(await pipeline.compareMirror('other')).toMatchObject({ missing: 0, extra: 0 });
    },
    async decide(decision: 'approve' | 'refuse', from: 'waiting' | 'ignored' | 'unfit' = 'waiting') {
      const ids = (await changes(from)).map(({ id }) => id);
      return decideSchemaChanges(control, SYSTEM_ACTOR, { ...(await tables.key('item')), decision, changes: ids });
    },
    /** Field names, and each row's values as `name=value`, of the mirror. */
    async mirror() {
      const table = await loadTable({ catalogUrl, token, warehouse: 'lake', namespace: 'p', table: 'item' });
      const names = table.fields.map(({ name }) => name);
      const shown: string[] = [];
      for await (const rows of readLake(table)) {
        for (const row of rows) shown.push(names.map((name, at) => `${name}=${row[at] ?? ''}`).join(' '));
      }
      return shown.sort();
    },
    async [Symbol.asyncDispose]() {
      await work[Symbol.asyncDispose]();
      await installation[Symbol.asyncDispose]();
    },
  };
}

const EXACT = { missing: 0, extra: 0, duplicates: 0, equal: true };

test('a change that waits holds its table alone, and an approval carries every row (rows 38, 40)', async () => {
  await using live = await openLive({ 'column-added': 'pause', 'column-renamed': 'pause' });
  const { source, control, tables, work } = live;
  await source.query(`begin; insert into item values (4, 'old', 4, 'g'); alter table item add column extra text;
    insert into item values (5, 'new', 5, 'g', 'e5'); update item set extra = 'e1' where id = 1; commit`);
  await work.until(tables.stateIs('item', 'needs_attention'), { what: 'it waits' });
  expect(await tables.row('item')).toMatchObject({ error_code: 'SCHEMA_CHANGE_WAITING' });
  await source.query(`delete from item where id = 2; alter table item rename column note to remark;
    update item set remark = 'changed' where id = 3`);
  await live.otherGoesOn();
  expect(await live.history()).toEqual(['column-added extra waiting', 'column-renamed remark waiting']);
  expect(await live.mirror()).toHaveLength(3);
  await expect(resumeTable(control, SYSTEM_ACTOR, await tables.key('item'))).rejects.toMatchObject({
    code: 'CONFLICT',
  });

  const [first] = await live.changes('waiting');
  const one = { ...(await tables.key('item')), decision: 'approve' as const, changes: [first?.id ?? ''] };
  expect(await decideSchemaChanges(control, SYSTEM_ACTOR, one)).toMatchObject({ waiting: 1, state: 'needs_attention' });
  await expect(decideSchemaChanges(control, SYSTEM_ACTOR, one)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await live.decide('approve')).toMatchObject({ waiting: 0, state: 'catching_up', resync: false });
  await live.caughtUp();
  expect(await live.pipeline.compare('item', ['id'])).toMatchObject({ mirror: EXACT, changelog: EXACT });
  expect(await live.history()).toEqual(['column-added extra followed', 'column-renamed remark followed']);
  expect((await live.changes()).map(({ decidedBy }) => decidedBy)).toEqual([SYSTEM_ACTOR.name, SYSTEM_ACTOR.name]);
});

test('a refusal leaves the columns of the lake as they are, and can be taken back by a copy (rows 38, 39, 40, 41)', async () => {
  await using live = await openLive({
    'column-added': 'pause',
    'column-dropped': 'pause',
    'column-renamed': 'pause',
    'column-retyped': 'pause',
  });
  const { source, tables, work } = live;
  await source.query(`begin; alter table item add column extra text, drop column gone, alter amount type bigint;
    alter table item rename column note to remark;
    insert into item values (4, 'four', 4, 'e4'); commit`);
  await work.until(tables.stateIs('item', 'needs_attention'), { what: 'it waits' });
  expect(await live.decide('refuse')).toMatchObject({ waiting: 0, state: 'catching_up', resync: false });
  await live.caughtUp();
  const before = [1, 2, 3].map((i) => `id=${i} note=n${i} amount=${i} gone=g`);
  expect(await live.mirror()).toEqual([...before, 'id=4 note=four amount=4 gone=']);

  // What does not fit the type that was kept is parked, and later changes of held columns are not asked about again.
  await source.query(`insert into item values (5, 'five', 5000000000, 'e5');
    alter table item rename column remark to comment; update item set comment = 'again' where id = 4`);
  await live.caughtUp();
  expect(await live.mirror()).toEqual([...before, 'id=4 note=again amount=4 gone=']);
  const letters = await live.control.database.pool.query('select column_name from dead_letter');
  expect(letters.rows).toEqual([{ column_name: 'amount' }]);

  const taken = await live.decide('approve', 'ignored');
  expect(taken).toMatchObject({ resync: true });
  await work.until(async () => (await tables.row('item'))?.generation === 2 && (await live.pipeline.isLive()), {
    what: 'it is copied anew',
  });
  await source.query(`insert into item values (6, 'six', 6, 'e6')`);
  await live.caughtUp();
  expect(await live.pipeline.compareMirror('item')).toMatchObject(EXACT);
  expect(await live.changes('ignored')).toEqual([]);
});

test('an ignored column stays out through a resync, until it is needed as a key and approved (rows 35, 38)', async () => {
  await using live = await openLive({});
  const { source, control, tables, work } = live;
  const { id } = live.pipeline;
  await updatePipeline(control, SYSTEM_ACTOR, {
    id,
    schemaPolicy: { 'column-added': 'ignore', 'column-renamed': 'ignore' },
  });
  await source.query(`alter table item add column extra text, add column more int not null default 7;
    insert into item values (4, 'four', 4, 'g', 'e4', 8)`);
  await live.caughtUp();
  expect(await live.history()).toEqual(['column-added extra ignored', 'column-added more ignored']);
  expect(await live.mirror()).toContain('id=4 note=four amount=4 gone=g');
  const isCopied = (generation: number) => async () =>
    (await tables.row('item'))?.generation === generation && (await live.pipeline.isLive());
  await resyncTable(control, SYSTEM_ACTOR, await tables.key('item'));
  await work.until(isCopied(2), { what: 'it is copied again' });
  expect(await live.mirror()).toContain('id=4 note=four amount=4 gone=g');

  await source.query(`begin; alter table item drop constraint item_pkey; alter table item add primary key (id, more);
    insert into item values (4, 'other', 5, 'g', 'e5', 9); commit`);
  await work.until(tables.stateIs('item', 'needs_attention'), { what: 'the new key cannot be written' });
  expect(await tables.row('item')).toMatchObject({ error_code: 'LAKE_SCHEMA_IMPOSSIBLE' });
  const [more] = (await live.changes('ignored')).filter(({ column }) => column === 'more');
  const key = await tables.key('item');
  await decideSchemaChanges(control, SYSTEM_ACTOR, { ...key, decision: 'approve', changes: [more?.id ?? ''] });
  await work.until(isCopied(3), { what: 'it is copied with its key' });
  expect(await live.mirror()).toEqual([
    ...[1, 2, 3].map((i) => `id=${i} note=n${i} amount=${i} gone=g more=7`),
    'id=4 note=four amount=4 gone=g more=8',
    'id=4 note=other amount=5 gone=g more=9',
  ]);
});

test('a type that no lake column can become is followed by a copy, and readers see the old column until then (row 41)', async () => {
  await using live = await openLive({});
  const { source, control, tables, work } = live;
  const isCopied = (generation: number) => async () =>
    (await tables.row('item'))?.generation === generation && (await live.pipeline.isLive());
  await source.query(`alter table item alter amount type text using 'about ' || amount;
    insert into item values (4, 'four', 'forty', 'g')`);
  await work.until(tables.stateIs('item', 'needs_attention'), { what: 'the new type does not fit' });
  expect(await tables.row('item')).toMatchObject({ error_code: 'LAKE_SCHEMA_IMPOSSIBLE' });
  expect(await live.history()).toEqual(['column-retyped amount unfit']);
  const before = [1, 2, 3].map((i) => `id=${i} note=n${i} amount=${i} gone=g`);
  expect(await live.mirror()).toEqual(before);

  expect(await live.decide('approve', 'unfit')).toMatchObject({ waiting: 0, resync: true });
  await work.until(isCopied(2), { what: 'it is copied with a column of the new type' });
  await source.query(`update item set amount = 'fifty' where id = 2`);
  await live.caughtUp();
  expect(await live.mirror()).toEqual([
    'id=1 note=n1 gone=g amount=about 1',
    'id=2 note=n2 gone=g amount=fifty',
    'id=3 note=n3 gone=g amount=about 3',
    'id=4 note=four gone=g amount=forty',
  ]);
  expect(await live.pipeline.compare('item', ['id'])).toMatchObject({ mirror: EXACT });
  expect(await live.history()).toEqual(['column-retyped amount followed']);

  // Text takes everything, so the way back needs no copy; what is to be text by policy needs one.
  await setTable(control, SYSTEM_ACTOR, { ...(await tables.key('item')), policies: { id: 'string' } });
  await work.until(isCopied(3), { what: 'it is copied with its key as text' });
  await source.query(`update item set note = 'again' where id = 3; delete from item where id = 1`);
  await live.caughtUp();
  expect((await live.mirror()).map((row) => row.split(' ').at(-1)).sort()).toEqual(['id=2', 'id=3', 'id=4']);
  await expect(setTable(control, SYSTEM_ACTOR, { ...(await tables.key('item')), policies: {} })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringMatching(/policies\.id: id is text/),
  });
});

test('a type that does not fit may be refused: the column keeps its type, and the table goes on (row 41)', async () => {
  await using live = await openLive({});
  const { source, control, tables, work } = live;
  await source.query(`alter table item alter amount type text; insert into item values (4, 'four', 'forty', 'g')`);
  await work.until(tables.stateIs('item', 'needs_attention'), { what: 'the new type does not fit' });
  expect(await live.decide('refuse', 'unfit')).toMatchObject({ waiting: 0, state: 'catching_up', resync: false });
  await source.query(`insert into item values (5, 'five', '5', 'g')`);
  await live.caughtUp();
  const rows = [1, 2, 3].map((i) => `id=${i} note=n${i} amount=${i} gone=g`);
  expect(await live.mirror()).toEqual([...rows, 'id=5 note=five amount=5 gone=g']);
  const letters = await control.database.pool.query('select column_name from dead_letter');
  expect(letters.rows).toEqual([{ column_name: 'amount' }]);
  expect(await live.decide('approve', 'ignored')).toMatchObject({ resync: true });
  await work.until(async () => (await tables.row('item'))?.generation === 2 && (await live.pipeline.isLive()), {
    what: 'it is copied with a column of the new type',
  });
  await live.caughtUp();
  expect((await live.mirror()).at(-1)).toBe('id=5 note=five gone=g amount=5');
  expect(await live.pipeline.compareMirror('item')).toMatchObject(EXACT);
});

test('a table that a person paused meets what waits for a decision when it is resumed (row 38)', async () => {
  await using live = await openLive({ 'column-dropped': 'pause' });
  const { source, control, tables, work } = live;
  const key = await tables.key('item');
  await pauseTable(control, SYSTEM_ACTOR, key);
  await source.query(`alter table item drop column gone; insert into item values (4, 'four', 4)`);
  await live.otherGoesOn();
  expect(await tables.row('item')).toMatchObject({ state: 'paused' });
  await resumeTable(control, SYSTEM_ACTOR, key);
  await work.until(tables.stateIs('item', 'needs_attention'), { what: 'it waits' });
  await live.decide('approve');
  await live.caughtUp();
  expect(await live.history()).toEqual(['column-dropped gone kept']);
  expect((await live.pipeline.compare('item', ['id'])).changelog).toMatchObject(EXACT);
});
