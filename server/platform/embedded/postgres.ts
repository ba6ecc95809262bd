import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { AppError } from '@/server/errors/app-error.ts';
import type { Log } from '@/server/platform/logger.ts';
import { freePort } from './free-port.ts';
import { endWithUs } from './guard.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { type Cluster, openCluster } from './postgres-cluster.ts';
import { stopLeftover } from './postmaster-file.ts';
import { SERVICE_ENV } from './service-env.ts';
import { type SystemUser, unprivilegedUser } from './unprivileged-user.ts';

const START_ATTEMPTS = 4;
const READY_WAIT_MS = 120_000;
const FAST_SHUTDOWN_MS = 8_000;
const LOG_BYTES_MAX = 16 * 1024 * 1024;

export type EmbeddedPostgres = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The `postgres` database, with user and password. */
  readonly url: string;
  /** Resolves when the server has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Fast shutdown; after `withinMs` (8 s by default) an immediate one, which the next start recovers from. */
  stop(withinMs?: number): Promise<void>;
};

/**
 * Starts PostgreSQL from the binaries of the npm package, on 127.0.0.1 only, ready for logical replication. The cluster
 * is created in `dataDir` the first time; as root it lives below /var/lib/philotes and is run by an unprivileged user.
 * The server ends with this process, however that ends.
 *
 * @param options.port taken when it is free, else any free port
 * @param options.settings server settings by name (`{ fsync: 'off' }`), over the defaults
 */
export async function startPostgres(options: {
  dataDir: string;
  port?: number;
  logFile: string;
  settings?: Readonly<Record<string, string>>;
  log: Log;
  signal?: AbortSignal;
}): Promise<EmbeddedPostgres> {
  const { dataDir, logFile, settings = {}, log, signal } = options;
  const runAs = await unprivilegedUser();
  const binaries = await postgresBinaries(runAs);
  const cluster = await openCluster({ dataDir, binaries, runAs, durable: settings.fsync !== 'off' });
  await stopLeftover(cluster.location);
  await mkdir(dirname(logFile), { recursive: true });
  await rotate(logFile);
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    // Another process may take the port between the check and the start, so that a failed start is tried again.
    const port = await freePort(attempt === 1 ? options.port : undefined);
    const child = launch({
      binaries,
      cluster,
      runAs,
      logFile,
      settings: { ...DEFAULTS, ...settings, port: `${port}` },
    });
    const server = describe(child, cluster, port);
    try {
      await ready({ child, url: server.url, signal });
      log.info('embedded postgresql is ready', { port, dataDir });
      return server;
    } catch (error) {
      await server.stop();
      if (attempt === START_ATTEMPTS || signal?.aborted) throw await startError(logFile, error);
      log.warn('embedded postgresql did not start, trying again', { attempt });
      await delay(500);
    }
  }
}

const DEFAULTS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  wal_level: 'logical',
  max_replication_slots: '64',
  max_wal_senders: '64',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Small machines: checkpoints spread out, and slots may not fill the disk.
  max_wal_size: '2GB',
  max_slot_wal_keep_size: '20GB',
  // Never in the server's log: statements carry values.
  log_min_error_statement: 'panic',
  log_parameter_max_length: '0',
  log_error_verbosity: 'terse',
};

function launch(options: {
  binaries: string;
  cluster: Cluster;
  runAs: SystemUser | undefined;
  logFile: string;
  settings: Readonly<Record<string, string>>;
}): ChildProcess {
  const { binaries, cluster, runAs, logFile, settings } = options;
  const output = openSync(logFile, 'a', 0o600);
  try {
    return spawn(
      join(binaries, 'bin/postgres'),
      ['-D', cluster.location, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        // Own session: Ctrl-C in the terminal is ours to handle, in the right order.
        detached: true,
        stdio: ['ignore', output, output],
        cwd: cluster.location,
        env: SERVICE_ENV,
        ...(runAs ? { uid: runAs.uid, gid: runAs.gid } : {}),
      },
    );
  } finally {
    closeSync(output);
  }
}

function describe(child: ChildProcess, { user, password }: Cluster, port: number): EmbeddedPostgres {
  const ended = once(child, 'exit').then(
    () => undefined,
    () => undefined, // Could not be spawned: never ran.
  );
  if (child.pid !== undefined) void ended.then(endWithUs({ pid: child.pid, signal: 'INT', graceSeconds: 10 }));
  const stop = async (withinMs = FAST_SHUTDOWN_MS) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGINT');
    const timer = setTimeout(() => child.kill('SIGQUIT'), withinMs);
    await ended;
    clearTimeout(timer);
  };
  const url = `postgres://${user}:${password}@127.0.0.1:${port}/postgres`;
  return { host: '127.0.0.1', port, user, password, url, ended, stop };
}

async function ready(options: { child: ChildProcess; url: string; signal: AbortSignal | undefined }): Promise<void> {
  const { child, url, signal } = options;
  const deadline = Date.now() + READY_WAIT_MS;
  for (;;) {
    signal?.throwIfAborted();
    if (child.pid === undefined) throw new Error('the server program could not be run');
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('the server ended while starting');
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(50);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

async function startError(logFile: string, cause: unknown): Promise<AppError> {
  const lines = (await readFile(logFile, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-5);
  return new AppError(
    'EMBEDDED_SERVICE_FAILED',
    `PostgreSQL did not start; the end of ${logFile} says: ${lines.join(' | ')}`,
    { cause },
  );
}

async function rotate(logFile: string): Promise<void> {
  const present = await stat(logFile).catch(() => undefined);
  if (present && present.size > LOG_BYTES_MAX) await rename(logFile, `${logFile}.1`);
}
