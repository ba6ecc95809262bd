import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
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
import type { ControlDeps } from '@/server/control-deps.ts';
import { createDestination } from '@/server/destinations/create-destination.ts';
import { slotName } from '@/server/domain/names.ts';
import { silentLog as log } from '@/server/platform/logger.ts';
import { Resources } from '@/server/platform/resources.ts';
import { silentNudge } from '@/server/queue/nudge.ts';
import { createSealer } from '@/server/secrets/seal.ts';
import { createSource } from '@/server/sources/create-source.ts';
import { createWarehouseFinder } from '@/server/web/warehouses.ts';
import { type HttpFaultProxy, openHttpFault } from '@/test/faults/http-fault.ts';
import { type FaultCluster, openCluster } from '@/test/faults/open-cluster.ts';
import { type FaultQueues, openQueues } from '@/test/faults/open-queues.ts';
import { openTcpProxy, type TcpProxy } from '@/test/faults/tcp-proxy.ts';
import { serveCatalog } from '@/test/interop/serve-catalog.ts';

/** An installation whose every part can be broken; the worker is its user's to start, all that one needs is behind proxies. */
export type Breakable = AsyncDisposable & {
  readonly source: FaultCluster;
  readonly metadata: FaultCluster;
  readonly queues: FaultQueues;
  /** Between worker and source. */
  readonly network: TcpProxy;
  /** Between worker and catalog. */
  readonly catalog: HttpFaultProxy;
  /** Configuration of a worker, which is to add a port; holds secrets. */
  readonly workerEnv: Readonly<Record<string, string>>;
  readonly control: ControlDeps;
  readonly database: Database;
  readonly sourceId: string;
  readonly destinationId: string;
  /** Past the proxies. */
  readonly sourceUrl: string;
  readonly catalogUrl: string;
  readonly token: string;
  readonly warehouseDir: string;
  readonly workDir: string;
  /** Statements on the source. */
  sql<Row extends object>(text: string, params?: unknown[]): Promise<Row[]>;
  slotOf(pipelineId: string): string;
};

export async function openBreakable(): Promise<Breakable> {
  const resources = new Resources();
  try {
    return await open(resources);
  } catch (error) {
    await resources[Symbol.asyncDispose]();
    throw error;
  }
}

async function open(resources: Resources): Promise<Breakable> {
  const dispose = (resource: AsyncDisposable) => resource[Symbol.asyncDispose]();
  const dataDir = resources.add(await mkdtemp(join(tmpdir(), 'philotes-soak-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  // PostgreSQL runs as another user when we are root, and has to get through.
  await chmod(dataDir, 0o711);
  const source = resources.add(await openCluster({ logical_decoding_work_mem: '4MB' }), dispose);
  const metadata = resources.add(await openCluster(), dispose);
  const queues = resources.add(await openQueues(), dispose);
  const sourceUrl = await createDatabase(source.url, 'bank');
  const metadataUrl = await createDatabase(metadata.url, 'philotes');
  await migrate(metadataUrl);
  const pool = resources.add(openPool({ connectionString: sourceUrl, max: 4 }), (opened) => opened.end());
  const database = resources.add(openDatabase(metadataUrl, { max: 20 }), (opened) => opened.close());
  const network = resources.add(await openTcpProxy({ host: '127.0.0.1', port: source.port }), dispose);

  const token = randomBytes(24).toString('hex');
  const env = {
    DATABASE_URL: metadataUrl,
    REDIS_URL: queues.url,
    PHILOTES_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    PHILOTES_SESSION_SECRET: token,
    PHILOTES_INTERNAL_KEY: token,
    PHILOTES_DATA_DIR: dataDir,
    PHILOTES_LOG_LEVEL: 'info',
  };
  const { config, secrets } = loadConfig(env);
  const sealer = createSealer(secrets.encryptionKey);
  const served = resources.add(
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
  const catalog = resources.add(await openHttpFault(served.uri), dispose);
  const control = { database, sealer, config, log, nudge: silentNudge };
  const { username, password } = new URL(source.url);
  const { id: sourceId } = await createSource(control, SYSTEM_ACTOR, {
    name: 'bank',
    host: network.host,
    port: network.port,
    database: 'bank',
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
    tlsMode: 'disable',
  });
  const warehouseDir = join(dataDir, 'warehouse');
  const { id: destinationId } = await createDestination(control, SYSTEM_ACTOR, {
    name: 'lake',
    storage: { kind: 'file', root: pathToFileURL(warehouseDir).href },
  });
  return {
    source,
    metadata,
    queues,
    network,
    catalog,
    workerEnv: { ...env, PHILOTES_CATALOG_URL: catalog.uri },
    control,
    database,
    sourceId,
    destinationId,
    sourceUrl,
    catalogUrl: served.uri,
    token,
    warehouseDir,
    workDir: config.workDir,
    sql: (text, params) => query(pool, text, params),
    slotOf: slotName,
    [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
  };
}

/** A connection whose statements failed may be inside a transaction: it is not used again. */
async function query<Row extends object>(pool: pg.Pool, text: string, params?: unknown[]): Promise<Row[]> {
  const client = await pool.connect();
  let isFit = false;
  try {
    const result: pg.QueryResult<Row> | pg.QueryResult<Row>[] = await client.query<Row>(text, params);
    isFit = true;
    return Array.isArray(result) ? [] : result.rows;
  } finally {
    client.release(!isFit);
  }
}

async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
}
