import { createServer, type Server } from 'node:http';
import next from 'next';
import { openDatabase } from '@/db/client.ts';
import { migrate } from '@/db/migrate.ts';
import { createRateLimit } from '@/server/api/rate-limit.ts';
import { ensureOwner } from '@/server/auth/ensure-owner.ts';
import { createCatalogHandler } from '@/server/catalog/catalog-handler.ts';
import { guardLease } from '@/server/catalog/lease-guard.ts';
import { ConfigError, loadConfig } from '@/server/config/config.ts';
import { createEventHub } from '@/server/events/event-hub.ts';
import { setNetworkPolicy } from '@/server/network/process-policy.ts';
import { exitCodeOf, listen } from '@/server/platform/listen.ts';
import { createLog } from '@/server/platform/logger.ts';
import { Resources } from '@/server/platform/resources.ts';
import { openNudge } from '@/server/queue/nudge.ts';
import { createSealer } from '@/server/secrets/seal.ts';
import { catalogCallerOf } from './authenticate.ts';
import { CATALOG_PATH, createFrontDoor } from './front-door.ts';
import { openQueueBoard } from './queue-board.ts';
import { createSignInDesk } from './sign-in-desk.ts';
import { createWarehouseFinder } from './warehouses.ts';

const STREAMS_MAY_TAKE_MS = 2_000;

/** The web process: console, API and embedded catalog behind one port. Ends on SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const { config, secrets } = loadConfig();
  setNetworkPolicy(config.network);
  const log = createLog({ name: 'web', level: config.logLevel });
  await using resources = new Resources();
  const stop = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  await migrate(secrets.databaseUrl);
  const onError = (error: Error) => log.warn('an idle database connection broke', { error });
  const database = resources.add(openDatabase(secrets.databaseUrl, { onError }), (opened) => opened.close());
  const nudges = resources.add(openNudge(secrets.redisUrl, log), (opened) => opened[Symbol.asyncDispose]());
  const board = resources.add(openQueueBoard(secrets.redisUrl, log), (opened) => opened[Symbol.asyncDispose]());
  const sealer = createSealer(secrets.encryptionKey, secrets.previousEncryptionKey);
  const deps = { database, sealer, config, log, nudge: nudges.nudge };
  const owner = await ensureOwner(deps, { ...config, ...secrets });
  if (owner === 'not configured') {
    log.warn('nobody can sign in: set PHILOTES_OWNER_EMAIL and PHILOTES_OWNER_PASSWORD and start again');
  }
  const catalog = createCatalogHandler({
    pool: database.pool,
    findWarehouse: createWarehouseFinder({ ...deps, secrets }),
    authorize: (request) => catalogCallerOf({ database, secrets }, request),
    guardCommit: guardLease,
    log,
    basePath: CATALOG_PATH,
  });
  const app = next({ dev: false, dir: process.cwd(), hostname: config.host, port: config.port });
  await app.prepare();
  resources.add(app, (prepared) => prepared.close());
  const events = createEventHub(deps);
  const frontDoor = createFrontDoor({
    deps,
    catalog,
    pages: app.getRequestHandler(),
    limitCalls: createRateLimit(database.pool),
    board,
    desk: createSignInDesk(deps, secrets),
    events,
    internalKey: secrets.internalKey,
  });
  const server = createServer((request, response) => void frontDoor(request, response));
  await listen(server, { ...config, setting: 'PHILOTES_PORT' });
  resources.add(server, close);
  // Before the server, which would wait for the streams.
  resources.add(events, (hub) => hub.close());
  log.info('web is ready', { url: config.publicUrl });
  await stop;
  log.info('web stops');
}

/** Lets requests finish for a moment; whatever is open after that is cut. */
const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), STREAMS_MAY_TAKE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const text = error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${text}\n`);
    process.exit(exitCodeOf(error));
  },
);
