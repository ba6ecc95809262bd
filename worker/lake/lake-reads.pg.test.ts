import { afterAll, beforeAll, expect, it } from 'vitest';
import { memberActor, SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { askWorker } from '@/server/inquiries/ask-worker.ts';
import { dropLakeTable } from '@/server/lake/drop-lake-table.ts';
import { lakeFiles } from '@/server/lake/lake-files.ts';
import { lakeNamespaces } from '@/server/lake/lake-namespaces.ts';
import { lakePreview } from '@/server/lake/lake-preview.ts';
import { lakeTable } from '@/server/lake/lake-table.ts';
import { lakeTables } from '@/server/lake/lake-tables.ts';
import { readerSnippets } from '@/server/lake/reader-snippets.ts';
import { addTables } from '@/server/pipelines/add-tables.ts';
import { removeTable } from '@/server/pipelines/remove-table.ts';
import { checkSource } from '@/server/sources/check-source.ts';
import { openLake } from '@/worker/pipeline/lake.ts';
import { answerInquiries } from '@/worker/testing/answer-inquiries.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';

const viewer = memberActor({ id: 'mem_viewer', role: 'viewer' }, null);
let installation: TestInstallation;
let deps: ReturnType<typeof answerInquiries>;
let place: { destinationId: string; namespace: string };

/** A mirror and a changelog of one table: ten copied rows, one updated, one deleted, then a column more. */
beforeAll(async () => {
  installation = await openTestInstallation();
  deps = answerInquiries(installation.control, installation.deps);
  const { source } = installation;
  await source.query('create table orders (id int primary key, total numeric(12,2), note text, at timestamptz)');
  await source.query(
    `insert into orders select i, i * 1.25, 'note ' || i, '2026-01-01Z' from generate_series(1, 10) i`,
  );
  const pipeline = await startTestPipeline(installation, {
    name: 'shop',
    tables: [{ table: 'orders', mirror: true, changelog: true }],
  });
  await using work = runWork(installation.deps);
  await work.until(() => pipeline.isLive(), { what: 'the copy' });
  await source.query(`update orders set note = repeat('x', 2000) where id = 3`);
  await source.query('delete from orders where id = 4');
  await source.query('alter table orders add column tags text[]');
  await source.query(`insert into orders values (11, 99.99, null, null, '{a,b}')`);
  const end = await pipeline.position();
  await work.until(() => pipeline.isAt(end), { what: 'the changes' });
  place = { destinationId: installation.destinationId, namespace: 'shop' };
});
afterAll(async () => {
  await deps.done();
  await installation[Symbol.asyncDispose]();
});

it('lists namespaces and tables, and knows which are ours', async () => {
  const { destinationId } = place;
  expect(await lakeNamespaces(deps, viewer, { destinationId })).toEqual({ items: [{ namespace: 'shop', tables: 2 }] });
  const page = await lakeTables(deps, viewer, { destinationId, limit: 1 });
  expect(page).toMatchObject({ items: [{ namespace: 'shop', name: 'orders', owner: { mode: 'mirror' } }], total: 2 });
  const next = await lakeTables(deps, viewer, { destinationId, limit: 1, cursor: page.nextCursor ?? '' });
  expect(next).toMatchObject({
    items: [{ name: 'orders_changelog', owner: { mode: 'changelog', source: 'public.orders', state: 'live' } }],
    nextCursor: null,
  });
  expect((await lakeTables(deps, viewer, { destinationId, search: 'CHANGELOG' })).total).toBe(1);
});

it('shows schema, history, snapshots and the health of the files', async () => {
  const table = await lakeTable(deps, viewer, { ...place, table: 'orders' });
  expect(table).toMatchObject({ formatVersion: 2, owner: { pipelineName: 'shop' }, filesProblem: null });
  expect(table.schema.fields.map(({ name, type, key }) => [name, type, key])).toEqual([
    ['id', 'int', true],
    ['total', 'decimal(12, 2)', false],
    ['note', 'string', false],
    ['at', 'timestamptz', false],
    ['tags', 'list<string>', false],
  ]);
  expect(
    table.schemas.map(({ current, changes }) => [current, changes.map(({ kind, column }) => `${kind} ${column}`)]),
  ).toEqual([
    [true, ['added tags']],
    [false, []],
  ]);
  expect(table.snapshots.filter(({ current }) => current)).toHaveLength(1);
  expect(table.snapshots[0]?.current).toBe(true);
  expect(table.snapshots.at(-1)).toMatchObject({ parentId: null, addedRows: 10 });
  expect(table.snapshots[0]?.batchId).not.toBeNull();
  expect(table.snapshotCount).toBe(table.snapshots.length);
  expect(table.files).toMatchObject({ dataRows: 12, deletedRows: 2, equalityDeletes: 0, health: { level: 'good' } });
  expect(table.partitions).toEqual([{ specId: 0, current: true, fields: [] }]);
});

it('previews rows as a reader sees them: deletes applied, columns by id, long values cut', async () => {
  const { columns, rows, truncated } = await lakePreview(deps, viewer, { ...place, table: 'orders', limit: 100 });
  expect(columns.map(({ name }) => name)).toEqual(['id', 'total', 'note', 'at', 'tags']);
  const byId = new Map(rows.map((row) => [Number(row[0]), row]));
  expect([...byId.keys()].sort((a, b) => a - b)).toEqual([1, 2, 3, 5, 6, 7, 8, 9, 10, 11]);
  expect(byId.get(1)).toEqual(['1', '1.25', 'note 1', '2026-01-01 00:00:00+00', null]);
  expect(byId.get(11)).toEqual(['11', '99.99', null, null, '[a, b]']);
  expect(byId.get(3)?.[2]).toHaveLength(501);
  expect(truncated).toBe(true);
  expect((await lakePreview(deps, viewer, { ...place, table: 'orders', limit: 2 })).rows).toHaveLength(2);
  const { rows: log } = await installation.database.pool.query(
    `select actor, detail from audit_entry where action = 'lake.preview' limit 1`,
  );
  expect(log).toEqual([{ actor: 'member:mem_viewer', detail: { namespace: 'shop', table: 'orders' } }]);
});

it('previews the rows that meet a condition, whose value is never SQL', async () => {
  const preview = (asked: { column?: string; operator?: '=' | '<>' | '<' | '>=' | 'is null'; value?: string }) =>
    lakePreview(deps, viewer, { ...place, table: 'orders', limit: 100, ...asked });
  const ids = async (asked: Parameters<typeof preview>[0]) =>
    (await preview(asked)).rows.map(([id]) => Number(id)).sort((a, b) => a - b);
  expect(await ids({ column: 'id', value: '7' })).toEqual([7]);
  expect(await ids({ column: 'total', operator: '>=', value: '11.25' })).toEqual([9, 10, 11]);
  expect(await ids({ column: 'note', value: 'note 5' })).toEqual([5]);
  expect(await ids({ column: 'note', operator: 'is null' })).toEqual([11]);
  expect(await ids({ column: 'at', operator: '<', value: '2026-01-02 00:00:00+00' })).toHaveLength(9);
  expect(await ids({ column: 'tags', operator: 'is null' })).toHaveLength(9);
  // A deleted row stays away, and files whose statistics rule it out are not read.
  expect(await preview({ column: 'id', value: '4' })).toMatchObject({ rows: [] });
  expect(await preview({ column: 'id', operator: '>=', value: '1000' })).toMatchObject({
    rows: [],
    files: { read: 0, all: 0 },
  });
  expect(await ids({ column: 'note', value: `x' or true --` })).toEqual([]);
  const refused = { code: 'INVALID_INPUT' };
  await expect(preview({ column: 'id', value: `1) or (true` })).rejects.toMatchObject({
    ...refused,
    fields: [{ field: 'value', reason: expect.stringContaining('type') }],
  });
  await expect(preview({ column: 'id" or true --', value: '1' })).rejects.toMatchObject(refused);
  await expect(preview({ column: 'tags', value: 'a' })).rejects.toMatchObject(refused);
  await expect(preview({ column: 'id' })).rejects.toMatchObject(refused);
  await expect(preview({ value: '1' })).rejects.toMatchObject(refused);
});

it('lists the files that a reader opens', async () => {
  const { items, nextCursor } = await lakeFiles(deps, viewer, { ...place, table: 'orders', limit: 200 });
  expect(nextCursor).toBeNull();
  expect(new Set(items.map(({ content }) => content))).toEqual(new Set(['data', 'position-deletes']));
  expect(items.every(({ path }) => path.startsWith('file:///'))).toBe(true);
});

it('lists the files of one snapshot, whatever is committed meanwhile', async () => {
  const { snapshots } = await lakeTable(deps, viewer, { ...place, table: 'orders' });
  const [current, oldest] = [snapshots[0]?.id ?? '', snapshots.at(-1)?.id ?? ''];
  const asked = { ...place, table: 'orders', snapshotId: oldest };
  const first = await lakeFiles(deps, viewer, { ...asked, limit: 1 });
  expect(first).toMatchObject({ snapshotId: oldest, total: 1, items: [{ content: 'data', rows: 10 }] });
  const page = await lakeFiles(deps, viewer, { ...place, table: 'orders', limit: 1 });
  expect(page.snapshotId).toBe(current);
  const cursor = page.nextCursor ?? '';
  const next = await lakeFiles(deps, viewer, { ...place, table: 'orders', cursor });
  expect(next).toMatchObject({ snapshotId: current, total: page.total });
  expect(next.items).toHaveLength((page.total ?? 0) - 1);
  await expect(lakeFiles(deps, viewer, { ...asked, cursor })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(lakeFiles(deps, viewer, { ...asked, snapshotId: '7' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('gives readers snippets with the real addresses and no key', async () => {
  const { items } = await readerSnippets(deps, viewer, { ...place, table: 'orders' });
  expect(items.map(({ engine }) => engine)).toEqual(['duckdb', 'pyiceberg', 'spark', 'trino', 'icebird']);
  for (const { text } of items) {
    expect(text).toContain(installation.catalogUrl);
    expect(text).toContain('phl_your_read_only_key');
    expect(text).not.toContain(installation.token);
  }
});

it('tells a table that does not exist from a destination that does not', async () => {
  const table = lakeTable(deps, viewer, { ...place, table: 'nothing' });
  await expect(table).rejects.toMatchObject({ code: 'LAKE_TABLE_MISSING' });
  const destination = lakeTable(deps, viewer, { ...place, destinationId: 'dst_none', table: 'orders' });
  await expect(destination).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('says so when no worker answers, and keeps neither question nor answer', async () => {
  const asked = askWorker(
    installation.control,
    viewer,
    { kind: 'lake', destinationId: place.destinationId, question: { ask: 'namespaces' } },
    { withinMs: 100 },
  );
  await expect(asked).rejects.toMatchObject({ code: 'WORKER_SILENT' });
  const { rows } = await installation.database.pool.query('select from inquiry');
  expect(rows).toEqual([]);
});

it('drops only what a pipeline of this installation left behind', async () => {
  const admin = memberActor({ id: 'mem_admin', role: 'admin' }, null);
  const drop = (table: string, actor = admin) => dropLakeTable(deps, actor, { ...place, table });
  await expect(drop('orders', viewer)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(drop('orders')).rejects.toMatchObject({
    code: 'CONFLICT',
    message: 'table public.orders of pipeline shop is written to lake table shop.orders; take it out of the pipeline',
  });
  const query = async (sql: string, values: string[] = []) =>
    (await installation.database.pool.query<Record<string, unknown>>(sql, values)).rows;
  const lake = async () => (await lakeTables(deps, viewer, place)).items.map(({ name }) => name);
  const rename = async (to: string) => void (await query('update pipeline_table set lake_name = $1', [to]));
  // Only the names differ now: it is still the pipeline's.
  await rename('elsewhere');
  await expect(drop('orders')).rejects.toMatchObject({
    message: expect.stringMatching(/is written to lake table/),
  });
  await rename('orders');
  // Taken out and added again: the new one waits for the name that the old one's lake table has.
  const [{ row } = {}] = await query(`select to_jsonb(t) || '{"id": 1000}' as row from pipeline_table t`);
  await query('delete from pipeline_table');
  await query('insert into pipeline_table select * from jsonb_populate_record(null::pipeline_table, $1)', [
    JSON.stringify(row),
  ]);
  expect(await lakeTable(deps, viewer, { ...place, table: 'orders' })).toMatchObject({ owner: null });
  expect(await lake()).toEqual(['orders', 'orders_changelog']);
  await drop('orders');
  expect(await lake()).toEqual(['orders_changelog']);
  await expect(drop('orders')).rejects.toMatchObject({ code: 'LAKE_TABLE_MISSING' });
  const [entry] = await query(`select subject, detail from audit_entry where action = 'lake-table.drop' limit 1`);
  expect(entry).toEqual({ subject: place.destinationId, detail: { lakeTable: 'shop.orders' } });
  const signal = new AbortController().signal;
  await using others = await openLake(installation.deps, { destinationId: place.destinationId, signal });
  const schema = { type: 'struct', 'schema-id': 0, fields: [] } as const;
  const make = (name: string, properties: Record<string, string>) =>
    others.catalog.createTable({ identifier: { namespace: ['shop'], name }, schema, properties }, { signal });
  await make('theirs', {});
  await make('elsewhere', { 'philotes.owner': 'pl_of_another_installation/1' });
  await expect(drop('theirs')).rejects.toMatchObject({ message: expect.stringMatching(/^Philotes did not make/) });
  await expect(drop('elsewhere')).rejects.toMatchObject({ message: expect.stringMatching(/^another installation/) });
  expect(await lake()).toEqual(['elsewhere', 'orders_changelog', 'theirs']);
});

it('refuses a table whose lake table is there already, whoever made that, before anything is added', async () => {
  const { source, sourceId, control } = installation;
  await source.query('create table theirs (id int primary key)');
  const { rows } = await installation.database.pool.query<{ id: string }>('select id from pipeline');
  const add = (names: { lakeName?: string }, by: typeof control = deps) =>
    addTables(by, SYSTEM_ACTOR, {
      pipelineId: rows[0]?.id ?? '',
      tables: [{ schema: 'public', table: 'theirs', changelog: true, ...names }],
    });
  await expect(add({})).rejects.toMatchObject({
    code: 'LAKE_TABLE_EXISTS',
    message: expect.stringMatching(/Lake table shop\.theirs exists already; Philotes did not make it\. Drop it with/),
    fields: [{ field: 'tables[0].lakeName' }],
  });
  await expect(add({ lakeName: 'elsewhere' })).rejects.toMatchObject({
    message: expect.stringMatching(
      /in no pipeline any more\. Drop it .* `philotes lake drop` \(shop\.elsewhere\), or give/,
    ),
  });
  const check = async (by: typeof control) =>
    (
      await checkSource(by, viewer, {
        id: sourceId,
        tables: [{ schema: 'public', table: 'theirs', mode: 'mirror' }],
        lake: place,
      })
    )
      .filter(({ code }) => code.startsWith('lake_') || code.startsWith('LAKE_'))
      .map(({ severity, code }) => `${severity} ${code}`);
  expect(await check(deps)).toEqual(['error LAKE_TABLE_EXISTS']);
  // Without a worker nobody knows: it is found when the table is copied.
  expect(await check(control)).toEqual(['warning lake_not_asked']);
  expect(await add({ lakeName: 'theirs_2' })).toMatchObject({ tables: [{ lakeName: 'theirs_2' }] });
});

it('tells which lake tables a removal does not drop, since they were not made for the table', async () => {
  const { pool } = installation.database;
  const { rows } = await pool.query<{ pipeline: string; id: string }>(
    `update pipeline_table set lake_name = 'theirs' where source_table = 'theirs' returning pipeline_id as pipeline, id`,
  );
  const [{ pipeline: pipelineId, id } = { pipeline: '', id: '' }] = rows;
  const removed = await removeTable(deps, SYSTEM_ACTOR, { pipelineId, tableId: Number(id), dropLakeTables: true });
  expect(removed).toMatchObject({ lakeTablesKept: ['shop.theirs'] });
  const { rows: entries } = await pool.query(`select detail from audit_entry where action = 'table.remove'`);
  expect(entries).toEqual([
    { detail: { table: 'public.theirs', dropLakeTables: true, lakeTablesKept: ['shop.theirs'] } },
  ]);
});
