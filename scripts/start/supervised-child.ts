import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { AppError } from '@/server/errors/app-error.ts';
import { endWithUs } from '@/server/platform/embedded/guard.ts';
import { LISTENING, PORT_TAKEN_EXIT } from '@/server/platform/listen.ts';
import { sleep } from '@/server/platform/sleep.ts';

const BACK_OFF_MS_MIN = 250;
const BACK_OFF_MS_MAX = 15_000;
/** A child that ran this long was healthy: its next death starts the back-off anew. */
const HEALTHY_MS = 60_000;
const LOG_BYTES_MAX = 32 * 1024 * 1024;
const STARTS_BEFORE_READY_MAX = 3;
/** With the servers' own limits (2 s and 3 s) a stop stays below ten seconds. */
const STOP_MS = 4_000;

export type SupervisedChild = {
  readonly name: string;
  readonly pid: () => number | undefined;
  /** How often it died and was started again. */
  readonly restarts: () => number;
  /**
   * Resolves when the process listens and its health address, asked for each time, answers 200; rejects when it keeps
   * dying, takes longer than `withinMs` or has no port.
   */
  ready(options: { url: () => string; withinMs: number; signal: AbortSignal }): Promise<void>;
  /** SIGTERM, and SIGKILL after `withinMs` (4 s by default). */
  stop(withinMs?: number): Promise<void>;
};

/**
 * Runs one of our processes and starts it again, with growing waits, whenever it ends without being told to. It runs in
 * a session of its own, so that Ctrl-C reaches only the launcher, and ends when the launcher ends in any way.
 */
export function superviseChild(options: {
  name: string;
  file: string;
  /** Asked for at each launch. */
  env: () => Readonly<Record<string, string>>;
  logFile: string;
  onLaunch?: (pid: number | undefined) => void;
  /**
   * Another program has the child's port. Makes `env` give another one, or throws when the child can only have this one:
   * then a child that was ready before waits for it, and one that never was is given up.
   */
  onPortTaken: (wasReady: boolean) => Promise<void>;
  onRestart: (restarts: number) => void;
}): SupervisedChild {
  const { name, logFile } = options;
  const stopping = new AbortController();
  let child: ChildProcess | undefined;
  let restarts = 0;
  let isListening = false;
  let wasReady = false;
  let failure: unknown;
  rotate(logFile);

  const run = async () => {
    let waitMs = BACK_OFF_MS_MIN;
    while (!stopping.signal.aborted) {
      const started = Date.now();
      child = launch(options);
      child.on('message', (message) => {
        isListening ||= message === LISTENING;
      });
      options.onLaunch?.(child.pid);
      await exitOf(child);
      isListening = false;
      if (stopping.signal.aborted) return;
      if (child.exitCode === PORT_TAKEN_EXIT) {
        try {
          await options.onPortTaken(wasReady);
          continue;
        } catch (error) {
          if (!wasReady) {
            failure = error;
            return;
          }
        }
      }
      if (Date.now() - started > HEALTHY_MS) waitMs = BACK_OFF_MS_MIN;
      restarts++;
      options.onRestart(restarts);
      await sleep(waitMs, stopping.signal);
      waitMs = Math.min(waitMs * 2, BACK_OFF_MS_MAX);
    }
  };
  const running = run();

  return {
    name,
    pid: () => child?.pid,
    restarts: () => restarts,
    async ready({ url, withinMs, signal }) {
      const deadline = Date.now() + withinMs;
      // A port that another program took first answers, too: only a child that listens is asked.
      while (!isListening || !(await isReady(url()))) {
        signal.throwIfAborted();
        if (failure !== undefined) throw failure;
        if (restarts >= STARTS_BEFORE_READY_MAX || Date.now() > deadline) throw notReady({ name, logFile, restarts });
        await sleep(100, signal);
      }
      wasReady = true;
    },
    async stop(withinMs = STOP_MS) {
      stopping.abort();
      const last = child;
      last?.kill('SIGTERM');
      const timer = setTimeout(() => last?.kill('SIGKILL'), withinMs);
      await running;
      clearTimeout(timer);
    },
  };
}

function launch(options: { file: string; env: () => Readonly<Record<string, string>>; logFile: string }): ChildProcess {
  const output = openSync(options.logFile, 'a', 0o600);
  try {
    const child = spawn(process.execPath, ['--enable-source-maps', options.file], {
      env: { NODE_ENV: 'production', ...options.env() },
      detached: true,
      stdio: ['ignore', output, output, 'ipc'],
    });
    child.on('error', () => undefined); // Seen as an exit below.
    if (child.pid !== undefined) {
      const dismiss = endWithUs({ pid: child.pid, signal: 'TERM', graceSeconds: 6 });
      child.once('exit', dismiss);
    }
    return child;
  } finally {
    closeSync(output);
  }
}

async function exitOf(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  await once(child, 'exit').catch(() => undefined);
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // Not listening yet.
  }
}

function notReady(options: { name: string; logFile: string; restarts: number }): AppError {
  const tail = existsSync(options.logFile)
    ? readFileSync(options.logFile, 'utf8').trimEnd().split('\n').slice(-6).join('\n         ')
    : '';
  const how = options.restarts > 0 ? `it ended ${options.restarts} times` : 'it did not become ready in time';
  return new AppError(
    'EMBEDDED_SERVICE_FAILED',
    `the ${options.name} process is not ready: ${how}. The end of ${options.logFile}:\n         ${tail}`,
  );
}

function rotate(logFile: string): void {
  if (existsSync(logFile) && statSync(logFile).size > LOG_BYTES_MAX) renameSync(logFile, `${logFile}.1`);
}
