import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Linux counts CPU time in ticks of 1/100 s for user programs, whatever the kernel's own. */
const TICKS_PER_SECOND = 100;

/** Starts a new high-water mark of a process's memory (man 5 proc: clear_refs). */
export const resetPeakRss = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** The most memory a process has held at once since the last reset, in bytes; its pages of files in memory included. */
export function peakRssBytes(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** CPU seconds of a process. */
export const cpuSeconds = (pid: number): number => times(pid)?.own ?? 0;

/** CPU seconds of a process and of all its children, also those that have ended. */
export function familyCpuSeconds(pid: number): number {
  let sum = (times(pid)?.own ?? 0) + (times(pid)?.ended ?? 0);
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const child = times(Number(name));
    if (child?.parent === pid) sum += child.own;
  }
  return sum;
}

/** Null when the process is gone. */
function times(pid: number): { parent: number; own: number; ended: number } | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The program's name may hold anything; the fields behind its closing bracket begin with the state.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (index: number): number => Number(fields[index]) / TICKS_PER_SECOND;
  return { parent: Number(fields[1]), own: ticks(11) + ticks(12), ended: ticks(13) + ticks(14) };
}
