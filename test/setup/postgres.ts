import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '@/db/migrate.ts';
import { startPostgres } from '@/server/platform/embedded/postgres.ts';
import { removeCluster } from '@/server/platform/embedded/postgres-cluster.ts';
import { silentLog } from '@/server/platform/logger.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The `postgres` database of a server that may lose its data: fsync is off. */
    postgresUrl: string;
    /** Name of a database on it that holds Philotes' empty tables: copying it takes a tenth of migrating anew. */
    migratedTemplate: string;
  }
}

/** One throw-away PostgreSQL for a test run; every test makes its own database on it. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = join(tmpdir(), `philotes-test-${randomBytes(6).toString('hex')}`);
  const server = await startPostgres({
    dataDir,
    logFile: `${dataDir}.log`,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
    log: silentLog,
  });
  project.provide('postgresUrl', server.url);
  project.provide('migratedTemplate', await makeTemplate(server.url));
  return async () => {
    await server.stop();
    await removeCluster(dataDir);
    await rm(`${dataDir}.log`, { force: true });
  };
}

async function makeTemplate(serverUrl: string): Promise<string> {
  const name = 'migrated';
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await migrate(url.href);
  return name;
}
