import { describe, expect, it } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { deleteDestination } from '@/server/destinations/delete-destination.ts';
import { listDestinations } from '@/server/destinations/list-destinations.ts';
import { checkSource } from '@/server/sources/check-source.ts';
import { createSource } from '@/server/sources/create-source.ts';
import { deleteSource } from '@/server/sources/delete-source.ts';
import { listSources } from '@/server/sources/list-sources.ts';
import { type Control, openWithPipeline, SOURCE, viewer } from '@/server/testing/open-control.ts';
import { renderMetrics } from '@/server/web/metrics.ts';
import { addTables } from './add-tables.ts';
import { createPipeline } from './create-pipeline.ts';
import { deletePipeline } from './delete-pipeline.ts';
import { findTables } from './find-tables.ts';
import { listPipelines } from './list-pipelines.ts';
import { pipelineStatus } from './pipeline-status.ts';
import { startPipeline } from './start-pipeline.ts';
import { stopPipeline } from './stop-pipeline.ts';
import { updatePipeline } from './update-pipeline.ts';

const stateOf = async ({ query }: Pick<Control, 'query'>, id: string) =>
  (await query('select desired_state, state from pipeline where id = $1', [id]))[0];

describe('pipelines', () => {
  it('name lake tables after their source and let one pipeline write each', async () => {
    await using control = await openWithPipeline();
    const { source, destination } = control;
    const tables = await control.query('select source_schema, lake_name, state from pipeline_table order by id');
    expect(tables).toEqual([
      { source_schema: 'public', lake_name: 'orders', state: 'pending' },
      { source_schema: 'crm', lake_name: 'crm_people', state: 'pending' },
    ]);
    const again = { name: 'again', sourceId: source.id, destinationId: destination.id, namespace: 'shop' };
    await expect(
      createPipeline(control.deps, SYSTEM_ACTOR, {
        ...again,
        tables: [{ schema: 'x', table: 'y', lakeName: 'CRM_people_changelog' }],
      }),
    ).rejects.toMatchObject({
      code: 'NAME_TAKEN',
      message: expect.stringMatching(/pipeline orders writes shop\.crm_people_changelog/),
    });
    await expect(
      createPipeline(control.deps, SYSTEM_ACTOR, {
        ...again,
        tables: [
          { schema: 'public', table: 'a', changelog: true },
          { schema: 'public', table: 'a_changelog' },
        ],
      }),
    ).rejects.toThrow(/a_changelog is the name of public\.a already/);
    await expect(
      createPipeline(control.deps, SYSTEM_ACTOR, {
        ...again,
        tables: [
          { schema: 'public', table: 'a', mirror: false, changelog: true },
          { schema: 'public', table: 'b', lakeName: 'A' },
        ],
      }),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT', fields: [{ field: 'tables[1].lakeName' }] });
    await expect(deleteSource(control.deps, SYSTEM_ACTOR, source)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(deleteDestination(control.deps, SYSTEM_ACTOR, destination)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('have tables that are found by what they are called at the source or in the lake', async () => {
    await using control = await openWithPipeline();
    const { source, destination } = control;
    await createPipeline(control.deps, SYSTEM_ACTOR, {
      name: 'second',
      sourceId: source.id,
      destinationId: destination.id,
      namespace: 'audit',
      tables: [{ schema: 'public', table: 'old_orders', mirror: false, changelog: true }],
    });
    const find = async (search: string, limit = 10) =>
      (await findTables(control.deps, viewer, { search, limit })).items.map((found) => found.source);
    expect(await find('ORD')).toEqual(['public.orders', 'public.old_orders']);
    expect(await find('ord', 1)).toEqual(['public.orders']);
    expect(await find('crm_people')).toEqual(['crm.People']);
    expect(await find('old_orders_changelog')).toEqual(['public.old_orders']);
    expect(await find('orders_changelog')).toEqual(['public.old_orders']);
    expect(await find('%')).toEqual([]);
    expect(await findTables(control.deps, viewer, { search: 'audit.' })).toMatchObject({
      items: [{ pipelineName: 'second', destinationId: destination.id, lakeNames: ['old_orders_changelog'] }],
    });
  });

  it('take tables whose names differ only in case when their names in the lake do not, wherever they are named', async () => {
    await using control = await openWithPipeline();
    const { source, destination, pipeline } = control;
    // Nobody looks into the lake here, which is plain at once.
    const deps = { ...control.deps, nudge: () => void control.query('delete from inquiry') };
    await control.query('create table public."Items" (id integer primary key)');
    const [items, twin] = ['items', 'Items'].map((table) => ({ schema: 'public', table, mode: 'mirror' as const }));
    if (!items || !twin) throw new Error('two tables');
    const renamed = { ...twin, lakeName: 'items_2' };
    const lake = { destinationId: destination.id, namespace: 'shop' };
    const names = async (tables: (typeof items & { lakeName?: string })[]) =>
      (await checkSource(deps, SYSTEM_ACTOR, { id: source.id, tables, lake }))
        .filter(({ code }) => code === 'lake_name_taken')
        .map(({ subject, message }) => `${subject}: ${message}`);
    expect(await names([items, renamed])).toEqual([]);
    expect(await names([items, twin])).toEqual([
      'public.Items: Its lake table would be items, which is the name of public.items already; names are compared without case.',
    ]);
    expect(await names([{ ...items, lakeName: 'Orders' }])).toEqual([
      'public.items: Pipeline orders writes lake table shop.orders.',
    ]);
    const added = ({ mode: _, ...table }: typeof items) => ({ pipelineId: pipeline.id, tables: [table] });
    await addTables(deps, SYSTEM_ACTOR, added(items));
    await expect(addTables(deps, SYSTEM_ACTOR, added(twin))).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    await addTables(deps, SYSTEM_ACTOR, added(renamed));
    await startPipeline(deps, SYSTEM_ACTOR, pipeline);
  });

  it('are counted in the lists of sources and destinations, for those who may see them', async () => {
    await using control = await openWithPipeline();
    const { deps, source, destination } = control;
    const used = { pipelines: { count: 1, state: 'draft' } };
    const idle = await createSource(deps, SYSTEM_ACTOR, { ...SOURCE, name: 'idle' });
    const { items } = await listSources(deps, SYSTEM_ACTOR);
    expect(items.find(({ id }) => id === source.id)).toMatchObject(used);
    expect(items.find(({ id }) => id === idle.id)).toMatchObject({ pipelines: { count: 0, state: null } });
    const [lake] = (await listDestinations(deps, SYSTEM_ACTOR)).items;
    expect(lake).toMatchObject({ id: destination.id, ...used });
    const blind = { ...SYSTEM_ACTOR, scopes: new Set(['source:read'] as const) };
    expect((await listSources(deps, blind)).items.map(({ pipelines }) => pipelines)).toEqual([null, null]);
  });

  it('start, stop and are deleted in any state, also twice', async () => {
    await using control = await openWithPipeline();
    const { deps, pipeline } = control;
    await startPipeline(deps, SYSTEM_ACTOR, pipeline);
    await startPipeline(deps, SYSTEM_ACTOR, pipeline);
    expect(await stateOf(control, pipeline.id)).toEqual({ desired_state: 'running', state: 'starting' });
    await expect(deletePipeline(deps, SYSTEM_ACTOR, pipeline)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    await stopPipeline(deps, SYSTEM_ACTOR, pipeline);
    expect(await stateOf(control, pipeline.id)).toEqual({ desired_state: 'stopped', state: 'stopping' });
    await deletePipeline(deps, SYSTEM_ACTOR, { id: pipeline.id });
    await deletePipeline(deps, SYSTEM_ACTOR, { id: pipeline.id });
    expect(await stateOf(control, pipeline.id)).toEqual({ desired_state: 'deleted', state: 'stopping' });
    await expect(startPipeline(deps, SYSTEM_ACTOR, pipeline)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('do not start while the source lacks something, and say what', async () => {
    await using control = await openWithPipeline();
    const { deps, pipeline } = control;
    await control.query('alter table public.orders drop constraint orders_pkey');
    const start = startPipeline(deps, SYSTEM_ACTOR, pipeline);
    await expect(start).rejects.toMatchObject({ code: 'PREFLIGHT_REFUSED' });
    await expect(start).rejects.toThrow(/public\.orders/);
    expect(await stateOf(control, pipeline.id)).toEqual({ desired_state: 'stopped', state: 'draft' });
    await control.query(
      `update pipeline_table set requested = '{"kind": "remove", "dropLakeTables": true}' where lake_name = 'orders'`,
    );
    await startPipeline(deps, SYSTEM_ACTOR, pipeline);
    expect(await stateOf(control, pipeline.id)).toMatchObject({ desired_state: 'running' });
  });

  it('show their figures before and after they have run', async () => {
    await using control = await openWithPipeline();
    const { deps, pipeline } = control;
    expect(await pipelineStatus(deps, viewer, pipeline)).toMatchObject({
      name: 'orders',
      state: 'draft',
      position: null,
      lagBytes: null,
      tables: { all: 2, live: 0 },
      commits: [],
    });
    await control.query(
      `insert into position (pipeline_id, system_identifier, timeline, tail_lsn, tail_end_lsn, tail_seq, tail_commit_time,
         committed_lsn, committed_seq, committed_commit_time, buffer_bytes)
       values ($1, '1', 1, '0/300', '0/300', 7, now(), '0/100', 5, now() - interval '4 seconds', 1000)`,
      [pipeline.id],
    );
    await control.query(
      `update pipeline set desired_state = 'running', error_code = 'BUFFER_FULL', error_message = 'full', error_at = now()`,
    );
    const {
      items: [shown],
    } = await listPipelines(deps, viewer);
    expect(shown).toMatchObject({
      lagBytes: 512,
      buffer: { bytes: 1000, segments: 2 },
      error: { code: 'BUFFER_FULL' },
    });
    expect(shown?.lagSeconds).toBeCloseTo(4, 1);
    expect(shown?.error?.remedy).toMatch(/buffer limit/);
    expect(await renderMetrics(deps)).toContain(`philotes_lag_bytes{pipeline="${pipeline.id}"} 512`);
  });

  it('are found by what a person should look at', async () => {
    await using control = await openWithPipeline();
    const { deps, query } = control;
    const found = async (attention: boolean) => (await listPipelines(deps, viewer, { attention })).items.length;
    const isFound = async () => {
      const [one, other] = [await found(true), await found(false)];
      expect(one + other).toBe(1);
      return one === 1;
    };
    expect(await isFound()).toBe(false);
    await query(
      `update pipeline set error_code = 'INTERNAL', error_message = 'x', error_at = now(), state = 'stopped'`,
    );
    expect(await isFound()).toBe(false);
    await query(`update pipeline set state = 'needs_attention'`);
    expect(await isFound()).toBe(true);
    await query(`update pipeline set error_code = null, error_message = null, error_at = null, state = 'running'`);
    await query(`update pipeline_table set state = 'needs_attention' where lake_name = 'orders'`);
    expect(await isFound()).toBe(true);
    await query(`update pipeline_table set state = 'live'`);
    expect(await isFound()).toBe(false);
    await query(
      `insert into dead_letter (pipeline_table_id, epoch, lsn, ordinal, op, reason, schema_hash, payload)
       select id, 1, '0/1', 0, 'i', 'x', 'h', '' from pipeline_table limit 1`,
    );
    expect(await isFound()).toBe(true);
    await query(`update dead_letter set state = 'discarded'`);
    await query(
      `insert into position (pipeline_id, system_identifier, timeline, tail_lsn, tail_end_lsn, tail_commit_time,
         committed_lsn, committed_commit_time, slot_wal_status)
       select id, '1', 1, '0/1', '0/1', now(), '0/1', now(), 'reserved' from pipeline`,
    );
    expect(await isFound()).toBe(false);
    await query(`update position set slot_wal_status = 'unreserved'`);
    expect(await isFound()).toBe(true);
  });

  it('are listed by what matters most, in pages', async () => {
    await using control = await openWithPipeline();
    const { deps, query } = control;
    for (const [name, state] of [
      ['a', 'stopped'],
      ['b', 'running'],
      ['c', 'needs_attention'],
      ['d', 'running'],
    ]) {
      await query(
        `insert into pipeline (id, name, namespace, state, desired_state, source_id, destination_id, settings)
         select 'pl_' || $1, $1, $1, $2, 'stopped', source_id, destination_id, settings from pipeline where name = 'orders'`,
        [name, state],
      );
    }
    const names: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await listPipelines(deps, viewer, { sort: 'urgency', limit: 2, ...(cursor ? { cursor } : {}) });
      names.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    }
    expect(names).toEqual(['c', 'b', 'd', 'a', 'orders']);
  });

  it('are cleared of their error by a start', async () => {
    await using control = await openWithPipeline();
    await control.query(`update pipeline set state = 'needs_attention', error_code = 'INTERNAL', error_message = 'x'`);
    await startPipeline(control.deps, SYSTEM_ACTOR, control.pipeline);
    const [row] = await control.query('select state, error_code from pipeline');
    expect(row).toEqual({ state: 'starting', error_code: null });
  });

  it('disappear at once as long as they are drafts', async () => {
    await using control = await openWithPipeline();
    await deletePipeline(control.deps, SYSTEM_ACTOR, control.pipeline);
    expect(await stateOf(control, control.pipeline.id)).toBeUndefined();
  });

  it('change their tables at rest and keep the progress of those that stay', async () => {
    await using control = await openWithPipeline();
    const { deps, pipeline } = control;
    await control.query(`update pipeline_table set state = 'live' where lake_name = 'orders'`);
    const orders = { schema: 'public', table: 'orders' };
    await updatePipeline(deps, SYSTEM_ACTOR, {
      id: pipeline.id,
      settings: { batchAgeMsMax: 500 },
      tables: [orders, { schema: 'public', table: 'items' }],
    });
    expect(await control.query('select lake_name, state from pipeline_table order by id')).toEqual([
      { lake_name: 'orders', state: 'live' },
      { lake_name: 'items', state: 'pending' },
    ]);
    const [row] = await control.query(`select settings from pipeline`);
    expect(row?.settings).toMatchObject({ batchAgeMsMax: 500, batchRowsMax: 200_000 });
    const renamed = { id: pipeline.id, tables: [{ ...orders, lakeName: 'sales' }] };
    await expect(updatePipeline(deps, SYSTEM_ACTOR, renamed)).rejects.toThrow(/in the lake already/);
    await startPipeline(deps, SYSTEM_ACTOR, pipeline);
    await expect(updatePipeline(deps, SYSTEM_ACTOR, { id: pipeline.id, tables: [orders] })).rejects.toThrow(/stop it/);
  });
});
