import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { readMirror } from '@/worker/testing/read-mirror.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { openLake } from './lake.ts';

let server: S3rver;
let folder: string;
let installation: TestInstallation;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'philotes-s3-'));
  const configureBuckets = [{ name: 'lake', configs: [] }];
  server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory: folder, configureBuckets });
  const { port } = await server.run();
  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  const endpoint = `http://127.0.0.1:${port}`;
  installation = await openTestInstallation({
    storage: { kind: 's3', root: 's3://lake/warehouse', endpoint, pathStyle: true, credentials },
  });
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await server.close();
  await rm(folder, { recursive: true });
});

test('a lake in an object store follows its source', async () => {
  const { source, control, sourceId, destinationId, database, deps } = installation;
  await source.query('create table item (id int primary key, label text)');
  await source.query(`insert into item select i, 'item ' || i from generate_series(1, 500) i`);
  const { id } = await createPipeline(control, SYSTEM_ACTOR, {
    name: 'items',
    sourceId,
    destinationId,
    namespace: 'shop',
    tables: [{ schema: 'public', table: 'item' }],
    settings: { batchAgeMsMax: 200 },
  });
  await startPipeline(control, SYSTEM_ACTOR, { id });
  await using work = runWork(deps);
  const isPast = async (lsn: string): Promise<boolean> => {
    const { rows } = await database.pool.query<{ done: boolean }>(
      `select tail_end_lsn >= $2::pg_lsn and committed_seq = tail_seq
              and not exists (select 1 from pipeline_table where pipeline_id = $1 and state <> 'live') as done
         from position where pipeline_id = $1`,
      [id, lsn],
    );
    return rows[0]?.done ?? false;
  };
  await work.until(() => isPast('0/0'), { what: 'the copy is in the lake' });
  await source.query(`update item set label = 'changed' where id % 5 = 0`);
  await source.query('delete from item where id > 400');
  const [end] = await source.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
  await work.until(() => isPast(end?.lsn ?? ''), { what: 'the changes are in the lake' });

  await using lake = await openLake(deps, { destinationId, signal: new AbortController().signal });
  expect(await readMirror(lake, { namespace: ['shop'], name: 'item' })).toEqual(
    await source.query('select id, label from item order by id'),
  );
});
