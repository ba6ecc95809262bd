import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const owner = z.object({ pid: z.number(), born: z.string() });
export type LockOwner = z.infer<typeof owner>;

export type InstanceLock = {
  /** True when the last owner was killed: what it had started may still be ending. */
  readonly afterCrash: boolean;
  release(): void;
};

/**
 * Takes the data folder for this process, or returns who has it. A lock whose process is gone counts as free, also when
 * its id now belongs to another process: the owner is a process id plus that process's birth.
 *
 * The lock is the file `lock.<n>` with the highest n. Files appear whole (link of a finished file) and only one process
 * can make `lock.<n + 1>`, so two that find the same dead owner cannot both win.
 */
export function takeInstanceLock(dataDir: string): InstanceLock | { heldBy: LockOwner } {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  for (;;) {
    const generations = lockGenerations(dataDir);
    const newest = generations.at(-1) ?? 0;
    const held = newest === 0 ? undefined : readOwner(dataDir, newest);
    if (held && birthOf(held.pid) === held.born) return { heldBy: held };
    const mine = newest + 1;
    if (!create(dataDir, mine)) continue;
    for (const old of generations) rmSync(lockPath(dataDir, old), { force: true });
    return { afterCrash: newest > 0, release: () => rmSync(lockPath(dataDir, mine), { force: true }) };
  }
}

/** Who holds the data folder's lock, if that process is alive. */
export function instanceOf(dataDir: string): LockOwner | undefined {
  const newest = lockGenerations(dataDir).at(-1);
  const held = newest === undefined ? undefined : readOwner(dataDir, newest);
  return held && birthOf(held.pid) === held.born ? held : undefined;
}

const lockPath = (dataDir: string, generation: number): string => join(dataDir, `lock.${generation}`);

function lockGenerations(dataDir: string): number[] {
  let names: string[];
  try {
    names = readdirSync(dataDir);
  } catch {
    return []; // No data folder, no lock.
  }
  return names.flatMap((name) => (/^lock\.\d+$/.test(name) ? [Number(name.slice(5))] : [])).sort((a, b) => a - b);
}

function readOwner(dataDir: string, generation: number): LockOwner | undefined {
  try {
    return owner.parse(JSON.parse(readFileSync(lockPath(dataDir, generation), 'utf8')));
  } catch {
    return undefined; // Released since it was listed.
  }
}

function create(dataDir: string, generation: number): boolean {
  const draft = join(dataDir, `draft-${randomBytes(6).toString('hex')}`);
  writeFileSync(draft, JSON.stringify({ pid: process.pid, born: birthOf(process.pid) }), { mode: 0o600 });
  try {
    linkSync(draft, lockPath(dataDir, generation));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** When a process began, as text that differs between processes that share an id; undefined when there is none. */
function birthOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name in parentheses may hold anything; field 22 (start time in ticks since boot) is the 20th after it.
      const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`;
    }
    return execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}
