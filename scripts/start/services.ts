import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '@/db/migrate.ts';
import { DEFAULT_PORT, DEFAULT_WORKER_PORT, isSetting } from '@/server/config/settings.ts';
import { type EmbeddedPostgres, startPostgres } from '@/server/platform/embedded/postgres.ts';
import { portTaken } from '@/server/platform/listen.ts';
import type { Log } from '@/server/platform/logger.ts';
import type { Resources } from '@/server/platform/resources.ts';
import { step } from './announce.ts';
import type { Arguments } from './arguments.ts';
import type { Installation } from './installation.ts';
import { type ChosenPort, choosePort } from './ports.ts';
import { keepProcessIds, type ProcessIds } from './process-ids.ts';
import { type SupervisedChild, superviseChild } from './supervised-child.ts';
import { type SupervisedRedis, superviseRedis } from './supervised-redis.ts';

const USUAL_POSTGRES_PORT = 54_329;
const USUAL_REDIS_PORT = 63_799;
const READY_WITHIN_MS = 90_000;
const POSTGRES_STOP_MS = 3_000;

export type Services = {
  /** The embedded server; undefined when DATABASE_URL is set and nothing else needs it. */
  readonly postgres: EmbeddedPostgres | undefined;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Where the console, the API and the catalog answer on this machine. */
  readonly siteUrl: string;
  readonly publicUrl: string;
  readonly web: SupervisedChild;
  readonly worker: SupervisedChild;
  /** What the children were started with. */
  readonly env: Readonly<Record<string, string>>;
};

/** Starts the servers, then our two processes; `resources` stops them in reverse order. */
export async function startServices(options: {
  installation: Installation;
  args: Arguments;
  afterCrash: boolean;
  resources: Resources;
  log: Log;
  signal: AbortSignal;
}): Promise<Services> {
  const { installation, args, afterCrash, resources, log, signal } = options;
  const { ports } = installation;
  const given = process.env.DATABASE_URL || undefined;
  const processIds = resources.add(keepProcessIds(installation.path('processes.json')), (ids) => ids.remove());
  const postgres = given && !args.demo ? undefined : await embeddedPostgres(options);
  const redis = process.env.REDIS_URL ? undefined : await embeddedRedis({ ...options, processIds });
  const databaseUrl = given ?? (await createDatabase(postgres, 'philotes'));
  await step('Migrating the metadata database', () => migrate(databaseUrl));

  const web = await choosePort({
    wanted: args.port ?? (Number(process.env.PHILOTES_PORT) || undefined),
    setting: args.port === undefined ? 'PHILOTES_PORT' : '--port',
    last: ports.web,
    usual: DEFAULT_PORT,
    afterCrash,
  });
  const worker = await choosePort({
    wanted: Number(process.env.PHILOTES_WORKER_PORT) || undefined,
    setting: 'PHILOTES_WORKER_PORT',
    last: ports.worker,
    usual: DEFAULT_WORKER_PORT,
    afterCrash,
  });
  const redisUrl = redis?.url ?? process.env.REDIS_URL ?? '';
  const env = () => childEnvironment({ installation, databaseUrl, redisUrl, web: web.number, worker: worker.number });
  const remember = () => {
    installation.savePorts({
      web: web.number,
      worker: worker.number,
      ...(postgres ? { postgres: postgres.port } : {}),
      ...(redis ? { redis: redis.port } : {}),
    });
    installation.saveEnvironment(Object.fromEntries(Object.entries(env()).filter(([name]) => isSetting(name))));
  };
  remember();
  const start = (name: string, port: ChosenPort, readyPath: string) =>
    startChild({
      ...{ name, installation, env, processIds, resources, log, signal },
      readyUrl: () => `http://127.0.0.1:${port.number}${readyPath}`,
      async onPortTaken(wasReady) {
        // Browsers, readers and the worker know where the console is, so that it waits for its port.
        if (wasReady && port === web) throw portTaken(port.number, 'the console had it before');
        const taken = port.number;
        await port.chooseAgain();
        log.warn('a port is taken, another one is used', { process: name, taken, port: port.number });
        remember();
      },
    });
  const webChild = await start('web', web, '/api/v1/health/ready');
  const workerChild = await start('worker', worker, '/health/ready');
  const siteUrl = `http://127.0.0.1:${web.number}`;
  return {
    postgres,
    databaseUrl,
    redisUrl,
    siteUrl,
    publicUrl: process.env.PHILOTES_PUBLIC_URL || siteUrl,
    web: webChild,
    worker: workerChild,
    env: env(),
  };
}

/** Creates the database when missing and returns its address. */
export async function createDatabase(postgres: EmbeddedPostgres | undefined, name: string): Promise<string> {
  if (!postgres) throw new Error('no embedded PostgreSQL to create a database on');
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  return url.href;
}

type StartOptions = Parameters<typeof startServices>[0];

function embeddedPostgres({ installation, resources, log, signal }: StartOptions): Promise<EmbeddedPostgres> {
  return step('Starting PostgreSQL', async () => {
    const server = await startPostgres({
      dataDir: installation.path('postgres'),
      port: installation.ports.postgres ?? USUAL_POSTGRES_PORT,
      logFile: installation.path('logs', 'postgres.log'),
      log,
      signal,
    });
    return resources.add(server, () => server.stop(POSTGRES_STOP_MS));
  });
}

function embeddedRedis(options: StartOptions & { processIds: ProcessIds }): Promise<SupervisedRedis> {
  const { installation, processIds, resources, log, signal } = options;
  return step('Starting Redis', async () => {
    const server = await superviseRedis({
      dataDir: installation.path('redis'),
      port: installation.ports.redis ?? USUAL_REDIS_PORT,
      logFile: installation.path('logs', 'redis.log'),
      path: process.env.PATH ?? '',
      announce: (line) => console.log(line),
      onLaunch: (pid) => processIds.note('redis', pid),
      log,
      signal,
    });
    return resources.add(server, () => server.stop());
  });
}

function childEnvironment(options: {
  installation: Installation;
  databaseUrl: string;
  redisUrl: string;
  web: number;
  worker: number;
}): Record<string, string> {
  const { installation, databaseUrl, redisUrl, web, worker } = options;
  const { secrets, dataDir } = installation;
  const generated = {
    PHILOTES_ENCRYPTION_KEY: secrets.encryptionKey,
    PHILOTES_SESSION_SECRET: secrets.sessionSecret,
    PHILOTES_INTERNAL_KEY: secrets.internalKey,
    PHILOTES_OWNER_EMAIL: secrets.ownerEmail,
    PHILOTES_OWNER_PASSWORD: secrets.ownerPassword,
  };
  const inherited = Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  return {
    ...generated,
    // What the person set wins over what was generated.
    ...Object.fromEntries(inherited),
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    PHILOTES_DATA_DIR: dataDir,
    PHILOTES_PORT: String(web),
    PHILOTES_WORKER_PORT: String(worker),
    PHILOTES_CATALOG_URL: process.env.PHILOTES_CATALOG_URL || `http://127.0.0.1:${web}/api/catalog`,
  };
}

async function startChild(options: {
  name: string;
  readyUrl: () => string;
  onPortTaken: (wasReady: boolean) => Promise<void>;
  installation: Installation;
  env: () => Readonly<Record<string, string>>;
  processIds: ProcessIds;
  resources: Resources;
  log: Log;
  signal: AbortSignal;
}): Promise<SupervisedChild> {
  const { name, readyUrl, onPortTaken, installation, env, processIds, resources, log, signal } = options;
  return await step(`Starting the ${name} process`, async () => {
    const child = superviseChild({
      name,
      file: join('dist', `${name}.mjs`),
      env,
      logFile: installation.path('logs', `${name}.log`),
      onLaunch: (pid) => processIds.note(name, pid),
      onPortTaken,
      onRestart: (restarts) => log.warn('a process ended and is started again', { process: name, restarts }),
    });
    resources.add(child, () => child.stop());
    await child.ready({ url: readyUrl, withinMs: READY_WITHIN_MS, signal });
    return child;
  });
}
