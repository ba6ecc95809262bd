import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { Log } from '@/server/platform/logger.ts';

const PREFIX = 'worker-';
const OWNER_FILE = 'owner.json';
/** Of another machine that shares the folder, silence for so long means that it is dead. */
const SILENT_MS_MAX = 15 * 60_000;

const owner = z.object({ host: z.string(), pid: z.number() });

export type WorkHome = AsyncDisposable & {
  /** Everything that this process writes to its disk. */
  readonly path: string;
  /** Says that this process lives, and removes what dead ones have left. */
  keep(): Promise<void>;
};

/**
 * This process's own part of the work folder: staged files, cached files and the columnar engine's scratch. It goes with the
 * process; what one that was killed has left goes when the next one starts, or when it has been silent for long enough.
 * Nothing in it is the only copy of anything.
 */
export async function openWorkHome(options: { workDir: string; holder: string; log: Log }): Promise<WorkHome> {
  const { workDir, holder, log } = options;
  const path = join(workDir, `${PREFIX}${holder.replaceAll(/[^\w.-]/g, '_')}`);
  const ownerFile = join(path, OWNER_FILE);
  await mkdir(path, { recursive: true });
  await writeFile(ownerFile, JSON.stringify({ host: hostname(), pid: process.pid }));
  const keep = async (): Promise<void> => {
    const now = new Date();
    await utimes(ownerFile, now, now);
    for (const name of await readdir(workDir)) {
      const home = join(workDir, name);
      if (!name.startsWith(PREFIX) || home === path || !(await isLeft(home))) continue;
      await rm(home, { recursive: true, force: true });
      log.info('files of a worker that is gone were removed', { home });
    }
  };
  await keep();
  return {
    path,
    keep,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** On this machine the process tells; a home that is just being made has no owner yet. */
async function isLeft(home: string): Promise<boolean> {
  try {
    const seen = await stat(join(home, OWNER_FILE)).catch(() => stat(home));
    const isSilent = Date.now() - seen.mtimeMs > SILENT_MS_MAX;
    const known = owner.safeParse(JSON.parse(await readFile(join(home, OWNER_FILE), 'utf8').catch(() => 'null')));
    if (!known.success || known.data.host !== hostname()) return isSilent;
    return known.data.pid === process.pid || !isAlive(known.data.pid) || isSilent;
  } catch {
    return false; // Gone meanwhile, or being written: the next look tells.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
