import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { silentLog } from '@/server/platform/logger.ts';
import { Resources } from '@/server/platform/resources.ts';
import { startPostgres } from './postgres.ts';
import { removeCluster } from './postgres-cluster.ts';

async function query(url: string, sql: string): Promise<Array<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function openFolder(resources: Resources) {
  const dataDir = resources.add(join(tmpdir(), `philotes-pg-${randomBytes(6).toString('hex')}`), async (path) => {
    await removeCluster(path);
    await rm(`${path}.log`, { force: true });
  });
  const start = async (port?: number) =>
    resources.add(
      await startPostgres({
        dataDir,
        logFile: `${dataDir}.log`,
        settings: { fsync: 'off' },
        log: silentLog,
        ...(port === undefined ? {} : { port }),
      }),
      (server) => server.stop(),
    );
  const location = () => JSON.parse(readFileSync(join(dataDir, 'cluster.json'), 'utf8')).location as string;
  return { start, location };
}

test('a server keeps its data, its password and its port, also behind a lock file of a foreign process', async () => {
  await using resources = new Resources();
  const { start, location } = openFolder(resources);
  const first = await start();
  await query(first.url, 'create table kept as select 42 as answer');
  await first.stop();
  // What a crash leaves when the process id has since been given to somebody else: here, to this test.
  writeFileSync(join(location(), 'postmaster.pid'), `${process.pid}\n${location()}\n`);
  const second = await start(first.port);
  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('a taken port is left alone, and nobody gets in without the password', async () => {
  await using resources = new Resources();
  const { start } = openFolder(resources);
  const squatter = resources.add(createServer(), (server) => server.close());
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
  const address = squatter.address();
  const taken = typeof address === 'object' ? address?.port : undefined;
  const server = await start(taken);
  expect(server.port).not.toBe(taken);
  const stranger = new URL(server.url);
  stranger.password = 'guess';
  await expect(query(stranger.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
});
