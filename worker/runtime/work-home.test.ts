import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog as log } from '@/server/platform/logger.ts';
import { openWorkHome } from './work-home.ts';

let workDir: string;
beforeEach(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'philotes-home-'));
});
afterEach(() => rm(workDir, { recursive: true }));

/** A home with a file in it. */
async function leave(name: string, owner: { host: string; pid: number }, agoMs = 0): Promise<void> {
  const home = join(workDir, name);
  await mkdir(join(home, 'staged'), { recursive: true });
  await writeFile(join(home, 'staged/file.parquet'), 'bytes');
  await writeFile(join(home, 'owner.json'), JSON.stringify(owner));
  const then = new Date(Date.now() - agoMs);
  await utimes(join(home, 'owner.json'), then, then);
}

test('what a killed worker of this machine has left goes at the next start (row 72)', async () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  await leave('worker-gone', { host: hostname(), pid: gone });
  await leave('worker-alive', { host: hostname(), pid: process.ppid });
  await using home = await openWorkHome({ workDir, holder: 'me.1', log });
  expect((await readdir(workDir)).sort()).toEqual(['worker-alive', 'worker-me.1']);
  expect(home.path).toBe(join(workDir, 'worker-me.1'));
});

test('a process that has the id of its predecessor, as in a container, cleans up after it (row 72)', async () => {
  await leave('worker-before', { host: hostname(), pid: process.pid });
  await using _home = await openWorkHome({ workDir, holder: 'me.2', log });
  expect(await readdir(workDir)).toEqual(['worker-me.2']);
});

test('of another machine only what has been silent for long goes (row 72)', async () => {
  await leave('worker-silent', { host: 'elsewhere', pid: 1 }, 20 * 60_000);
  await leave('worker-busy', { host: 'elsewhere', pid: 1 }, 5 * 60_000);
  await mkdir(join(workDir, 'not-ours'));
  await using _home = await openWorkHome({ workDir, holder: 'me.3', log });
  expect((await readdir(workDir)).sort()).toEqual(['not-ours', 'worker-busy', 'worker-me.3']);
});

test('a worker that ends in order leaves nothing', async () => {
  {
    await using home = await openWorkHome({ workDir, holder: 'me.4', log });
    await mkdir(join(home.path, 'staged'));
  }
  expect(await readdir(workDir)).toEqual([]);
});
