import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuSeconds, peakRssBytes, resetPeakRss } from './process-usage.ts';

export type WorkerProcess = AsyncDisposable & {
  /** Starts to count anew. */
  reset(): void;
  /** Since the last reset: CPU, and the most memory held at once, files in memory-backed folders included. */
  usage(): { cpuSeconds: number; peakRssBytes: number };
};

const SAMPLE_MS = 50;
/** Files here are memory. */
const MEMORY_FOLDER = '/dev/shm';

/** Starts the worker on this environment and waits until it works. */
export async function startWorkerProcess(options: {
  env: Readonly<Record<string, string>>;
  profileDir: string | undefined;
}): Promise<WorkerProcess> {
  const child = fork(join(dirname(fileURLToPath(import.meta.url)), 'worker.mjs'), {
    env: { ...process.env, ...options.env },
    execArgv: [
      '--enable-source-maps',
      ...(options.profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profileDir}`]),
    ],
  });
  const ended = once(child, 'exit');
  await Promise.race([
    once(child, 'message'),
    ended.then(() => {
      throw new Error('the worker did not start');
    }),
  ]);
  const pid = child.pid ?? 0;
  const filesBefore = memoryFiles();
  let cpuBefore = 0;
  let filesPeak = 0;
  const timer = setInterval(() => {
    filesPeak = Math.max(filesPeak, bytesOf([...memoryFiles()].filter((path) => !filesBefore.has(path))));
  }, SAMPLE_MS);
  return {
    reset() {
      resetPeakRss(pid);
      filesPeak = 0;
      cpuBefore = cpuSeconds(pid);
    },
    usage: () => ({ cpuSeconds: cpuSeconds(pid) - cpuBefore, peakRssBytes: peakRssBytes(pid) + filesPeak }),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      if (child.connected) child.send('stop');
      await ended;
    },
  };
}

function memoryFiles(): Set<string> {
  try {
    const entries = readdirSync(MEMORY_FOLDER, { recursive: true, withFileTypes: true });
    return new Set(entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : [])));
  } catch {
    return new Set(); // This system has no such folder, or a file went away while it was listed.
  }
}

/** PostgreSQL's own shared memory lies there, too. */
const isOurs = (path: string): boolean => !path.includes('PostgreSQL');

function bytesOf(paths: readonly string[]): number {
  let sum = 0;
  for (const path of paths) {
    if (!isOurs(path)) continue;
    try {
      sum += statSync(path).size;
    } catch {
      // Removed since it was listed.
    }
  }
  return sum;
}
