import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { expect, test } from 'vitest';
import { openLake } from '@/worker/pipeline/lake.ts';
import { readMirror } from '@/worker/testing/read-mirror.ts';
import { type HttpFault, type HttpFaultProxy, openHttpFault } from './http-fault.ts';
import { openScenario, type Scenario } from './scenario.ts';

type Bucket = AsyncDisposable & { readonly scenario: Scenario; readonly proxy: HttpFaultProxy };

/** A lake in an object store behind a proxy. */
async function openInBucket(name: string): Promise<Bucket> {
  const folder = await mkdtemp(join(tmpdir(), 'philotes-fault-s3-'));
  const configureBuckets = [{ name: 'lake', configs: [] }];
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory: folder, configureBuckets });
  const { port } = await server.run();
  const proxy = await openHttpFault(`http://127.0.0.1:${port}`);
  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  const scenario = await openScenario(name, {
    storage: { kind: 's3', root: 's3://lake/warehouse', endpoint: proxy.uri, pathStyle: true, credentials },
  });
  return {
    scenario,
    proxy,
    async [Symbol.asyncDispose]() {
      await scenario[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function assertMirror(scenario: Scenario, name: string): Promise<void> {
  const { deps, destinationId } = scenario.installation;
  await using lake = await openLake(deps, { destinationId, signal: new AbortController().signal });
  const rows = await readMirror(lake, { namespace: [name], name: scenario.table });
  const balances = await scenario.sql(`select id, balance::text from ${scenario.table} order by id`);
  expect(rows.map(({ id, balance }) => ({ id, balance: String(balance) }))).toEqual(balances);
}

const write = (scenario: Scenario, from: number) =>
  scenario.sql(`begin;
    insert into ${scenario.table} select i, 'new', 0, repeat('n', 200) from generate_series(${from}, ${from + 50}) i;
    update ${scenario.table} set balance = balance + 1 where id % 7 = 0;
    delete from ${scenario.table} where id % 31 = 5;
    commit`);

const FAULTS: readonly [string, HttpFault][] = [
  ['stored and its answer lost', { kind: 'applied-then-dropped' }],
  ['told to slow down', { kind: 'reject', status: 503 }],
  ['failed inside the store', { kind: 'applied-then-status', status: 500 }],
];

test.each(FAULTS)('an upload that is %s leaves every row in the lake once (row 70)', async (_what, fault) => {
  await using bucket = await openInBucket('uploads');
  const { scenario, proxy } = bucket;
  await using work = scenario.work();
  let left = 8;
  proxy.set(({ method }) => ((method === 'PUT' || method === 'POST') && left-- > 0 ? fault : null));
  await write(scenario, 9_000);
  await scenario.caughtUp(work);
  await write(scenario, 9_500);
  await scenario.caughtUp(work);
  expect(proxy.hits).toBe(8);
  await assertMirror(scenario, 'uploads');
});

test('reads that break off in the middle are asked again (row 70)', async () => {
  await using bucket = await openInBucket('reads');
  const { scenario, proxy } = bucket;
  let left = 6;
  proxy.set(({ method }) => (method === 'GET' && left-- > 0 ? { kind: 'truncated' } : null));
  await using work = scenario.work();
  await write(scenario, 9_000);
  await scenario.caughtUp(work);
  await assertMirror(scenario, 'reads');
});

test('a store that is away is waited for, without a hot loop, and the backlog follows (row 71)', async () => {
  await using bucket = await openInBucket('away');
  const { scenario, proxy } = bucket;
  await using work = scenario.work();
  proxy.set(() => ({ kind: 'reject', status: 503 }));
  await write(scenario, 9_000);
  await work.until(async () => (await scenario.state()).code !== null, { what: 'the error is shown' });
  expect((await scenario.state()).state).not.toBe('needs_attention');
  for (let batch = 1; batch <= 5; batch++) await write(scenario, 9_000 + batch * 100);
  expect(proxy.hits).toBeLessThan(200);
  proxy.set(null);
  await scenario.caughtUp(work);
  await assertMirror(scenario, 'away');
});
