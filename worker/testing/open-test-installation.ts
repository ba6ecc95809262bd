import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Registry } from 'prom-client';
import { type Database, openDatabase } from '@/db/client.ts';
import { openTestDatabase, type TestDatabase } from '@/db/testing/test-database.ts';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { guardLease } from '@/server/catalog/lease-guard.ts';
import { loadConfig } from '@/server/config/config.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { createDestination } from '@/server/destinations/create-destination.ts';
import type { CreateDestination } from '@/server/destinations/destination-input.ts';
import { createLog, silentLog } from '@/server/platform/logger.ts';
import { Resources } from '@/server/platform/resources.ts';
import { silentNudge } from '@/server/queue/nudge.ts';
import { createSealer } from '@/server/secrets/seal.ts';
import { createSource } from '@/server/sources/create-source.ts';
import { createWarehouseFinder } from '@/server/web/warehouses.ts';
import { serveCatalog } from '@/test/interop/serve-catalog.ts';
import { Arrivals } from '@/worker/buffer/arrivals.ts';
import { openColumnar } from '@/worker/columnar/open-columnar.ts';
import { createMetrics } from '@/worker/runtime/metrics.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';

export type TestInstallation = AsyncDisposable & {
  /** The source: a database of its own on the test run's server. */
  readonly source: TestDatabase;
  readonly database: Database;
  readonly deps: WorkerDeps;
  readonly catalogUrl: string;
  readonly token: string;
  readonly sourceId: string;
  readonly destinationId: string;
  /** Dependencies for the control plane's use-cases. */
  readonly control: ControlDeps;
};

export type TestInstallationOptions = {
  /** Where the lake is; default: a folder of its own. */
  readonly storage?: CreateDestination['storage'];
  /** URL of another server for the source database; its owner stops it after the installation. */
  readonly sourceServer?: string;
  /** Where the worker finds the source instead, such as a proxy. */
  readonly sourceAddress?: { readonly host: string; readonly port: number };
};

/**
 * A whole installation in this process, real in every part: metadata and source databases, the embedded catalog behind
 * HTTP, a local warehouse, the columnar engine. Jobs are run by the test instead of by queues (see run-work.ts).
 */
export async function openTestInstallation(options: TestInstallationOptions = {}): Promise<TestInstallation> {
  const resources = new Resources();
  try {
    return await open(resources, options);
  } catch (error) {
    await resources[Symbol.asyncDispose]();
    throw error;
  }
}

async function open(resources: Resources, options: TestInstallationOptions): Promise<TestInstallation> {
  const dispose = (resource: AsyncDisposable) => resource[Symbol.asyncDispose]();
  const metadata = resources.add(await openTestDatabase({ migrated: true }), dispose);
  const server = options.sourceServer;
  const source = resources.add(await openTestDatabase(server === undefined ? {} : { server }), dispose);
  const dataDir = resources.add(await mkdtemp(join(tmpdir(), 'philotes-test-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const token = randomBytes(24).toString('hex');
  const environment = (more: Record<string, string>) =>
    loadConfig({
      DATABASE_URL: metadata.url,
      REDIS_URL: 'redis://127.0.0.1:1',
      PHILOTES_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      PHILOTES_SESSION_SECRET: token,
      PHILOTES_INTERNAL_KEY: token,
      PHILOTES_DATA_DIR: dataDir,
      ...more,
    });
  const { secrets, config: before } = environment({});
  const database = resources.add(openDatabase(metadata.url, { max: 30 }), (opened) => opened.close());
  const sealer = createSealer(secrets.encryptionKey);
  const log = process.env.TEST_LOG ? createLog({ name: 'test', level: process.env.TEST_LOG }) : silentLog;
  const catalog = resources.add(
    await serveCatalog({
      pool: database.pool,
      findWarehouse: createWarehouseFinder({ database, sealer, config: before, secrets }),
      authorize: async (request) =>
        request.headers.get('authorization') === `Bearer ${token}`
          ? { scopes: ['catalog:read', 'catalog:write'] }
          : null,
      guardCommit: guardLease,
      log,
    }),
    dispose,
  );
  const { config } = environment({ PHILOTES_CATALOG_URL: catalog.uri });
  const columnar = resources.add(await openColumnar({ workDir: config.workDir, log }), dispose);
  const control = { database, sealer, config, log, nudge: silentNudge };
  const { id: sourceId } = await createSource(control, SYSTEM_ACTOR, {
    name: 'source',
    host: options.sourceAddress?.host ?? source.connection.host,
    port: options.sourceAddress?.port ?? source.connection.port,
    database: source.connection.database,
    username: source.connection.user,
    password: source.connection.password,
    tlsMode: 'disable',
  });
  const { id: destinationId } = await createDestination(control, SYSTEM_ACTOR, {
    name: 'lake',
    storage: options.storage ?? { kind: 'file', root: pathToFileURL(join(dataDir, 'warehouse')).href },
  });
  return {
    source,
    database,
    deps: {
      database,
      sealer,
      config,
      secrets,
      log,
      holder: `test.${randomBytes(4).toString('hex')}`,
      columnar,
      arrivals: new Arrivals(),
      metrics: createMetrics(new Registry()),
    },
    catalogUrl: catalog.uri,
    token,
    sourceId,
    destinationId,
    control,
    [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
  };
}
