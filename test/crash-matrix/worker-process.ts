import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@/server/platform/embedded/free-port.ts';
import { endWithUs } from '@/server/platform/embedded/guard.ts';

const LOOK_MS = 50;

export type WorkerProcess = AsyncDisposable & {
  /** Resolves when the process is dead, or stands still; false when that does not happen within `withinMs`. */
  fell(how: 'kill' | 'stop', withinMs: number): Promise<boolean>;
  /** Wakes a process that stands still. */
  wake(): void;
};

/** The product's worker, once: nobody starts it again. Disposing it is a SIGTERM, and SIGKILL after some seconds. */
export async function startWorker(options: {
  env: Readonly<Record<string, string>>;
  failpoint: string | null;
  logFile: string;
}): Promise<WorkerProcess> {
  const output = openSync(options.logFile, 'a');
  const child = spawn(process.execPath, ['--enable-source-maps', resolve('dist/worker.mjs')], {
    env: {
      NODE_ENV: 'production',
      ...options.env,
      PHILOTES_WORKER_PORT: String(await freePort()),
      ...(options.failpoint === null ? {} : { FAILPOINT: options.failpoint }),
    },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const ended = once(child, 'exit');
  if (child.pid !== undefined) {
    const dismiss = endWithUs({ pid: child.pid, signal: 'TERM', graceSeconds: 1 });
    child.once('exit', dismiss);
  }
  return {
    async fell(how, withinMs) {
      const deadline = performance.now() + withinMs;
      while (performance.now() < deadline) {
        if (how === 'kill' ? hasEnded(child) : isStopped(child.pid)) return true;
        if (hasEnded(child)) return false;
        await delay(LOOK_MS);
      }
      return false;
    },
    wake: () => void child.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      if (hasEnded(child)) return;
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

function isStopped(pid: number | undefined): boolean {
  try {
    return /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
