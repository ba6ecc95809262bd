import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { type Database, openDatabase } from '@/db/client.ts';
import { migrate } from '@/db/migrate.ts';
import { openPool } from '@/db/open-pool.ts';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { guardLease } from '@/server/catalog/lease-guard.ts';
import { loadConfig } from '@/server/config/config.ts';
import { createDestination } from '@/server/destinations/create-destination.ts';
import { startPostgres } from '@/server/platform/embedded/postgres.ts';
import { removeCluster } from '@/server/platform/embedded/postgres-cluster.ts';
import { silentLog as log } from '@/server/platform/logger.ts';
import { Resources } from '@/server/platform/resources.ts';
import type { SourceConnection } from '@/server/postgres/connect.ts';
import { silentNudge } from '@/server/queue/nudge.ts';
import { createSealer } from '@/server/secrets/seal.ts';
import { createSource } from '@/server/sources/create-source.ts';
import { createWarehouseFinder } from '@/server/web/warehouses.ts';
import { serveCatalog } from '@/test/interop/serve-catalog.ts';
import { familyCpuSeconds } from './process-usage.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

export type Bench = AsyncDisposable & {
  readonly source: pg.Pool;
  readonly connection: SourceConnection;
  readonly database: Database;
  readonly control: Parameters<typeof createSource>[0] & { nudge: typeof silentNudge };
  readonly sourceId: string;
  readonly destinationId: string;
  readonly worker: WorkerProcess;
  /** Configuration for further processes of the installation; holds its secrets. */
  readonly env: Readonly<Record<string, string>>;
  /** CPU seconds of the whole database server. */
  postgresCpuSeconds(): number;
};

/**
 * An installation to measure: one embedded PostgreSQL with the product's own settings for source and metadata, the
 * embedded catalog in this process, the worker in a process of its own.
 */
export async function openBench(options: { profileDir: string | undefined; roundMs: number }): Promise<Bench> {
  const resources = new Resources();
  try {
    return await open(resources, options);
  } catch (error) {
    await resources[Symbol.asyncDispose]();
    throw error;
  }
}

async function open(resources: Resources, { profileDir, roundMs }: Parameters<typeof openBench>[0]): Promise<Bench> {
  const dispose = (resource: AsyncDisposable) => resource[Symbol.asyncDispose]();
  const dataDir = resources.add(await mkdtemp(join(tmpdir(), 'philotes-bench-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const clusterDir = join(dataDir, 'postgres');
  resources.add(clusterDir, removeCluster);
  const server = resources.add(
    await startPostgres({ dataDir: clusterDir, logFile: join(dataDir, 'postgres.log'), log }),
    (started) => started.stop(),
  );
  const url = (name: string) => Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  const admin = resources.add(new pg.Client({ connectionString: server.url }), (client) => client.end());
  admin.on('error', () => undefined);
  await admin.connect();
  for (const name of ['philotes', 'shop']) await admin.query(`create database ${name}`);
  const { rows } = await admin.query<{ pid: number }>('select pg_backend_pid() as pid');
  const postmaster = await parentOf(rows[0]?.pid ?? 0);
  await migrate(url('philotes'));
  const source = resources.add(openPool({ connectionString: url('shop'), max: 8 }), (pool) => pool.end());
  const database = resources.add(openDatabase(url('philotes')), (opened) => opened.close());

  const token = randomBytes(24).toString('hex');
  const env = {
    DATABASE_URL: url('philotes'),
    REDIS_URL: 'redis://127.0.0.1:1',
    PHILOTES_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    PHILOTES_SESSION_SECRET: token,
    PHILOTES_INTERNAL_KEY: token,
    PHILOTES_DATA_DIR: dataDir,
    PHILOTES_LOG_LEVEL: process.env.PHILOTES_LOG_LEVEL ?? 'error',
  };
  const { config, secrets } = loadConfig(env);
  const sealer = createSealer(secrets.encryptionKey);
  const catalog = resources.add(
    await serveCatalog({
      pool: database.pool,
      findWarehouse: createWarehouseFinder({ database, sealer, config, secrets }),
      authorize: async (request) =>
        request.headers.get('authorization') === `Bearer ${token}`
          ? { scopes: ['catalog:read', 'catalog:write'] }
          : null,
      guardCommit: guardLease,
      log,
    }),
    dispose,
  );
  const worker = resources.add(
    await startWorkerProcess({
      env: { ...env, PHILOTES_CATALOG_URL: catalog.uri, BENCH_ROUND_MS: String(roundMs) },
      profileDir,
    }),
    dispose,
  );
  const control = { database, sealer, config, log, nudge: silentNudge };
  const { host, port, user, password } = server;
  const { id: sourceId } = await createSource(control, SYSTEM_ACTOR, {
    name: 'shop',
    host,
    port,
    database: 'shop',
    username: user,
    password,
    tlsMode: 'disable',
  });
  const { id: destinationId } = await createDestination(control, SYSTEM_ACTOR, {
    name: 'lake',
    storage: { kind: 'file', root: pathToFileURL(join(dataDir, 'warehouse')).href },
  });
  return {
    source,
    connection: { host, port, user, password, database: 'shop', tls: { mode: 'disable' } },
    database,
    control,
    sourceId,
    destinationId,
    worker,
    env,
    postgresCpuSeconds: () => familyCpuSeconds(postmaster),
    [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
  };
}

async function parentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1] ?? 0);
}
