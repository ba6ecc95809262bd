import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '@/server/platform/embedded/free-port.ts';
import { superviseChild } from './supervised-child.ts';

test('a killed process is started again and becomes ready, and a stopped one stays stopped', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'philotes-child-'));
  const port = await freePort();
  const file = join(folder, 'child.mjs');
  writeFileSync(
    file,
    `import { createServer } from 'node:http'; createServer((q, r) => r.end()).listen(${port}, '127.0.0.1');`,
  );
  let restarted: () => void = () => undefined;
  const restart = new Promise<void>((resolve) => {
    restarted = resolve;
  });
  const child = superviseChild({
    name: 'test',
    file,
    env: {},
    logFile: join(folder, 'log'),
    onRestart: () => restarted(),
  });
  const signal = AbortSignal.timeout(30_000);
  const ready = () => child.ready({ url: `http://127.0.0.1:${port}/`, withinMs: 20_000, signal });
  await ready();
  const first = child.pid();
  process.kill(first ?? 0, 'SIGKILL');
  await restart;
  await ready();
  expect(child.pid()).not.toBe(first);
  await child.stop(5_000);
  expect(() => process.kill(child.pid() ?? 0, 0)).toThrow('ESRCH');
}, 40_000);

test('a process that cannot run is reported with the end of its log', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'philotes-child-'));
  const file = join(folder, 'child.mjs');
  writeFileSync(file, `console.log('no such setting'); process.exit(3);`);
  const child = superviseChild({
    name: 'test',
    file,
    env: {},
    logFile: join(folder, 'log'),
    onRestart: () => undefined,
  });
  const ready = child.ready({ url: 'http://127.0.0.1:1/', withinMs: 20_000, signal: AbortSignal.timeout(30_000) });
  await expect(ready).rejects.toThrow('no such setting');
  await child.stop(1_000);
}, 40_000);
