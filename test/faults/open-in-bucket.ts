import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { expect } from 'vitest';
import { openLake } from '@/worker/pipeline/lake.ts';
import { readMirror } from '@/worker/testing/read-mirror.ts';
import { type HttpFaultProxy, openHttpFault } from './http-fault.ts';
import { openScenario, type Scenario } from './scenario.ts';

type Bucket = AsyncDisposable & {
  readonly scenario: Scenario;
  readonly proxy: HttpFaultProxy;
  /** Where the server keeps its objects. */
  readonly folder: string;
};

/** A lake in an object store behind a proxy. */
export async function openInBucket(name: string): Promise<Bucket> {
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
    folder,
    async [Symbol.asyncDispose]() {
      await scenario[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The mirror's rows are those of the source, read as an engine reads a bucket. */
export async function assertMirror(scenario: Scenario, name: string): Promise<void> {
  const { deps, destinationId } = scenario.installation;
  await using lake = await openLake(deps, { destinationId, signal: new AbortController().signal });
  const rows = await readMirror(lake, { namespace: [name], name: scenario.table });
  const balances = await scenario.sql(`select id, balance::text from ${scenario.table} order by id`);
  expect(rows.map(({ id, balance }) => ({ id, balance: String(balance) }))).toEqual(balances);
}
