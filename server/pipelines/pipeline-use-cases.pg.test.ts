import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '@/db/client.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { memberActor, SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { loadConfig } from '@/server/config/config.ts';
import { createDestination } from '@/server/destinations/create-destination.ts';
import { deleteDestination } from '@/server/destinations/delete-destination.ts';
import { listDestinations } from '@/server/destinations/list-destinations.ts';
import { openDestination } from '@/server/destinations/open-destination.ts';
import { silentLog } from '@/server/platform/logger.ts';
import { silentNudge } from '@/server/queue/nudge.ts';
import { createSealer } from '@/server/secrets/seal.ts';
import { createSource } from '@/server/sources/create-source.ts';
import { deleteSource } from '@/server/sources/delete-source.ts';
import { listSources } from '@/server/sources/list-sources.ts';
import { openSource } from '@/server/sources/open-source.ts';
import { updateSource } from '@/server/sources/update-source.ts';
import { renderMetrics } from '@/server/web/metrics.ts';
import { createPipeline } from './create-pipeline.ts';
import { deletePipeline } from './delete-pipeline.ts';
import { listPipelines } from './list-pipelines.ts';
import { pipelineStatus } from './pipeline-status.ts';
import { startPipeline } from './start-pipeline.ts';
import { stopPipeline } from './stop-pipeline.ts';
import { updatePipeline } from './update-pipeline.ts';

const SOURCE = {
  name: 'shop',
  host: 'db.example.com',
  database: 'shop',
  username: 'philotes',
  password: 'hunter2hunter2',
};

async function openControl() {
  const test = await openTestDatabase({ migrated: true });
  const { config, secrets } = loadConfig({
    DATABASE_URL: test.url,
    REDIS_URL: 'redis://127.0.0.1:1',
    PHILOTES_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    PHILOTES_SESSION_SECRET: 's'.repeat(32),
    PHILOTES_INTERNAL_KEY: 'i'.repeat(32),
    PHILOTES_DATA_DIR: '/srv/philotes',
  });
  const database = openDatabase(test.url);
  const sealer = createSealer(secrets.encryptionKey);
  return {
    deps: { database, sealer, config, secrets, log: silentLog, nudge: silentNudge },
    query: test.query,
    connection: test.connection,
    async [Symbol.asyncDispose]() {
      await database.close();
      await test[Symbol.asyncDispose]();
    },
  };
}

type Control = Awaited<ReturnType<typeof openControl>>;

async function openWithPipeline() {
  const control = await openControl();
  const { user: username, ...place } = control.connection;
  const source = await createSource(control.deps, SYSTEM_ACTOR, {
    name: 'shop',
    ...place,
    username,
    tlsMode: 'disable',
  });
  await control.query('create table public.orders (id integer primary key)');
  await control.query('create table public.items (id integer primary key)');
  await control.query('create schema crm');
  await control.query('create table crm."People" (id integer primary key)');
  const destination = await createDestination(control.deps, SYSTEM_ACTOR, { name: 'lake' });
  const pipeline = await createPipeline(control.deps, SYSTEM_ACTOR, {
    name: 'orders',
    sourceId: source.id,
    destinationId: destination.id,
    namespace: 'shop',
    tables: [
      { schema: 'public', table: 'orders' },
      { schema: 'crm', table: 'People', mirror: true, changelog: true },
    ],
  });
  return { ...control, source, destination, pipeline };
}

const auditOf = async ({ query }: Pick<Control, 'query'>) =>
  (await query<{ line: string }>(`select actor || ' ' || action as line from audit_entry order by id`)).map(
    (r) => r.line,
  );

const stateOf = async ({ query }: Pick<Control, 'query'>, id: string) =>
  (await query('select desired_state, state from pipeline where id = $1', [id]))[0];

const viewer = memberActor({ id: 'mem_v', role: 'viewer' }, '203.0.113.9');

describe('sources', () => {
  it('keep their password sealed and out of every view and of the audit log', async () => {
    await using control = await openControl();
    const created = await createSource(control.deps, SYSTEM_ACTOR, SOURCE);
    expect(created).toMatchObject({ name: 'shop', port: 5432, tlsMode: 'verify-full', hasPassword: true });
    expect(await openSource(control.deps, created.id)).toMatchObject({ user: 'philotes', password: 'hunter2hunter2' });
    const dump = await control.query(
      `select source::text from source union all select audit_entry::text from audit_entry`,
    );
    expect(JSON.stringify([dump, await listSources(control.deps, SYSTEM_ACTOR)])).not.toContain('hunter2');
    expect(await auditOf(control)).toEqual(['system source.create']);
  });

  it('refuse a name twice, an unknown field, and another host without the password', async () => {
    await using control = await openControl();
    const { id } = await createSource(control.deps, SYSTEM_ACTOR, SOURCE);
    await expect(createSource(control.deps, SYSTEM_ACTOR, SOURCE)).rejects.toMatchObject({ code: 'CONFLICT' });
    const odd = { ...SOURCE, name: 'x', sslmode: 'off' };
    await expect(createSource(control.deps, SYSTEM_ACTOR, odd)).rejects.toThrow(/sslmode/);
    await expect(updateSource(control.deps, SYSTEM_ACTOR, { id, host: 'evil.example.com' })).rejects.toThrow(
      /password/,
    );
    await updateSource(control.deps, SYSTEM_ACTOR, { id, username: 'other', version: '1' });
    await expect(updateSource(control.deps, SYSTEM_ACTOR, { id, port: 1, version: '1' })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
    expect(await openSource(control.deps, id)).toMatchObject({ user: 'other', password: 'hunter2hunter2' });
  });
});

describe('destinations', () => {
  it('are the embedded catalog over the data folder by default', async () => {
    await using control = await openControl();
    const { id } = await createDestination(control.deps, SYSTEM_ACTOR, { name: 'lake' });
    expect(await openDestination(control.deps, id)).toEqual({
      catalog: {
        uri: 'http://127.0.0.1:8474/api/catalog',
        warehouse: 'lake',
        auth: { kind: 'bearer', token: 'i'.repeat(32) },
        isEmbedded: true,
      },
      rootUri: 'file:///srv/philotes/warehouse',
      storage: { kind: 'file', root: '/srv/philotes/warehouse' },
    });
  });

  it('seal the secrets of a foreign catalog and of S3', async () => {
    await using control = await openControl();
    const { id } = await createDestination(control.deps, SYSTEM_ACTOR, {
      name: 'far',
      catalog: {
        kind: 'rest',
        uri: 'https://catalog.example.com/',
        warehouse: 'w',
        auth: { kind: 'oauth2', clientId: 'c', clientSecret: 'tops3cret' },
      },
      storage: {
        kind: 's3',
        root: 's3://bucket/lake/',
        credentials: { accessKeyId: 'a', secretAccessKey: 'tops3cret' },
      },
    });
    const dump = await control.query(
      `select destination::text from destination union all select detail::text from audit_entry`,
    );
    expect(JSON.stringify([dump, await listDestinations(control.deps, SYSTEM_ACTOR)])).not.toContain('tops3cret');
    expect(await openDestination(control.deps, id)).toMatchObject({
      catalog: { auth: { kind: 'oauth2', clientId: 'c', clientSecret: 'tops3cret' } },
      rootUri: 's3://bucket/lake',
      storage: { kind: 's3', region: 'us-east-1', credentials: { secretAccessKey: 'tops3cret' } },
    });
  });

  it('cannot reach outside the data folder', async () => {
    await using control = await openControl();
    const outside = { name: 'x', storage: { kind: 'file', root: 'file:///srv/philotes/../../etc' } } as const;
    await expect(createDestination(control.deps, SYSTEM_ACTOR, outside)).rejects.toThrow(/data folder/);
  });
});

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
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(
      createPipeline(control.deps, SYSTEM_ACTOR, {
        ...again,
        tables: [
          { schema: 'public', table: 'a', changelog: true },
          { schema: 'public', table: 'a_changelog' },
        ],
      }),
    ).rejects.toThrow(/a_changelog is used twice/);
    await expect(deleteSource(control.deps, SYSTEM_ACTOR, source)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(deleteDestination(control.deps, SYSTEM_ACTOR, destination)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
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
    await control.query(`update pipeline set error_code = 'BUFFER_FULL', error_message = 'full', error_at = now()`);
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

describe('rights', () => {
  it('are checked before anything else, and a refusal is on record', async () => {
    await using control = await openWithPipeline();
    const { deps, pipeline, source, destination } = control;
    const attempts = [
      createSource(deps, viewer, SOURCE),
      updateSource(deps, viewer, { id: source.id }),
      deleteSource(deps, viewer, source),
      createDestination(deps, viewer, { name: 'x' }),
      deleteDestination(deps, viewer, destination),
      updatePipeline(deps, viewer, { id: pipeline.id }),
      startPipeline(deps, viewer, pipeline),
      stopPipeline(deps, viewer, pipeline),
      deletePipeline(deps, viewer, pipeline),
    ];
    for (const attempt of await Promise.allSettled(attempts)) {
      expect(attempt).toMatchObject({ status: 'rejected', reason: { code: 'FORBIDDEN' } });
    }
    const log = await auditOf(control);
    expect(log.filter((line) => line.startsWith('member:mem_v ') && line.endsWith('.refused'))).toHaveLength(9);
    expect((await listSources(deps, viewer)).items).toHaveLength(1);
  });

  it('leave a log that cannot be changed', async () => {
    await using control = await openWithPipeline();
    await expect(control.query('delete from audit_entry')).rejects.toThrow(/append-only/);
    await expect(control.query(`update audit_entry set actor = 'x'`)).rejects.toThrow(/append-only/);
    await expect(control.query('truncate audit_entry')).rejects.toThrow(/append-only/);
  });
});
