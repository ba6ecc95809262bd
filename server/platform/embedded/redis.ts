import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { AppError } from '@/server/errors/app-error.ts';
import type { Log } from '@/server/platform/logger.ts';
import { freePort } from './free-port.ts';
import { endWithUs } from './guard.ts';
import { findRedis, type RedisProgram } from './redis-program.ts';
import { SERVICE_ENV } from './service-env.ts';

const START_ATTEMPTS = 4;
const READY_WAIT_MS = 30_000;
const STOP_WAIT_MS = 2_000;

export type EmbeddedRedis = {
  /** With the password that this start generated. */
  readonly url: string;
  readonly port: number;
  readonly pid: number | undefined;
  /** Resolves when the server has ended, whoever ended it. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts a Redis or Valkey of our own on 127.0.0.1, with a generated password and an append-only file in `dataDir`. The
 * program comes from PATH, or from Debian's packages when we are root. It ends with this process, however that ends.
 *
 * @param options.announce told before something takes long (installing a package)
 */
export async function startRedis(options: {
  dataDir: string;
  port?: number;
  /** Of an earlier start whose clients go on; default: a new one. */
  password?: string;
  logFile: string;
  path: string;
  log: Log;
  announce: (line: string) => void;
  signal?: AbortSignal;
}): Promise<EmbeddedRedis> {
  const { dataDir, logFile, path, log, announce, signal } = options;
  const program = await findRedis({ path, announce });
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await mkdir(dirname(logFile), { recursive: true });
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const port = await freePort(attempt === 1 ? options.port : undefined);
    const password = options.password ?? randomBytes(24).toString('base64url');
    const child = launch({ program, logFile, config: configuration({ port, password, dataDir }) });
    const server = describe(child, { port, password });
    try {
      await ready({ child, url: server.url, signal });
      log.info('embedded redis is ready', { port, dataDir });
      return server;
    } catch (error) {
      await server.stop();
      if (attempt === START_ATTEMPTS || signal?.aborted) throw await startError(logFile, error);
      log.warn('embedded redis did not start, trying again', { attempt });
    }
  }
}

/** Redis holds only queues that are rebuilt from rows, but losing them costs a moment: hence the append-only file. */
const configuration = (options: { port: number; password: string; dataDir: string }): string =>
  [
    'bind 127.0.0.1',
    `port ${options.port}`,
    `requirepass ${options.password}`,
    `dir "${options.dataDir.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
    'appendonly yes',
    'save ""',
    'maxmemory-policy noeviction',
    'daemonize no',
    'stop-writes-on-bgsave-error no',
    '',
  ].join('\n');

function launch(options: { program: RedisProgram; logFile: string; config: string }): ChildProcess {
  const output = openSync(options.logFile, 'a', 0o600);
  try {
    // `-` reads the configuration from stdin, so that the password is neither in a file nor in the process list.
    const child = spawn(options.program.file, ['-'], {
      argv0: options.program.argv0,
      detached: true,
      stdio: ['pipe', output, output],
      cwd: '/',
      env: SERVICE_ENV,
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.config);
    return child;
  } finally {
    closeSync(output);
  }
}

function describe(child: ChildProcess, { port, password }: { port: number; password: string }): EmbeddedRedis {
  const ended = once(child, 'exit').then(
    () => undefined,
    () => undefined, // Could not be spawned: never ran.
  );
  if (child.pid !== undefined) void ended.then(endWithUs({ pid: child.pid, signal: 'TERM', graceSeconds: 5 }));
  const stop = async () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WAIT_MS);
    await ended;
    clearTimeout(timer);
  };
  return { url: `redis://:${password}@127.0.0.1:${port}`, port, pid: child.pid, ended, stop };
}

async function ready(options: { child: ChildProcess; url: string; signal: AbortSignal | undefined }): Promise<void> {
  const { child, url, signal } = options;
  const deadline = Date.now() + READY_WAIT_MS;
  for (;;) {
    signal?.throwIfAborted();
    if (child.pid === undefined) throw new Error('the server program could not be run');
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('the server ended while starting');
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.ping();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(50);
    } finally {
      client.disconnect();
    }
  }
}

async function startError(logFile: string, cause: unknown): Promise<AppError> {
  const lines = (await readFile(logFile, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-5);
  return new AppError(
    'EMBEDDED_SERVICE_FAILED',
    `Redis did not start; the end of ${logFile} says: ${lines.join(' | ')}`,
    { cause },
  );
}
