import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { AppError } from '@/server/errors/app-error.ts';

const STOP_WAIT_MS = 30_000;

/**
 * Makes a cluster startable after whatever ended its last run: stops a postmaster that still serves this location, and
 * removes a `postmaster.pid` whose process id now belongs to an unrelated process, which PostgreSQL itself would
 * refuse. A file whose process is gone is left to PostgreSQL, which also checks the shared memory it names.
 */
export async function stopLeftover(location: string): Promise<void> {
  const path = join(location, 'postmaster.pid');
  const pid = await readPid(path);
  if (pid === undefined || !isAlive(pid)) return;
  if (!(await isPostmasterOf(pid, location))) {
    await rm(path, { force: true });
    return;
  }
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + STOP_WAIT_MS;
  while (isAlive(pid)) {
    if (Date.now() > deadline) {
      throw new AppError('EMBEDDED_SERVICE_FAILED', `PostgreSQL process ${pid} on ${location} does not stop`);
    }
    await delay(50);
  }
}

async function readPid(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const pid = Number(text.split('\n', 1)[0]);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function isPostmasterOf(pid: number, location: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)('/bin/ps', ['-ww', '-o', 'args=', '-p', String(pid)]).catch(
    async () => ({
      stdout: (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' '),
    }),
  );
  return stdout.includes('postgres') && stdout.includes(location);
}
