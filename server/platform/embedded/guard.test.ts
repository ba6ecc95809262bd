import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('a child ends when its launcher is killed, which has no time to say goodbye', async () => {
  const outfile = join(mkdtempSync(join(tmpdir(), 'philotes-guard-')), 'launcher.mjs');
  await build({
    stdin: {
      contents: `
        import { spawn } from 'node:child_process';
        import { endWithUs } from './guard.ts';
        const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
        endWithUs({ pid: child.pid, signal: 'TERM', graceSeconds: 5 });
        process.stdout.write(String(child.pid));
        setInterval(() => {}, 1000);`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
  });
  const launcher = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await once(launcher.stdout, 'data');
  const child = Number(String(output));
  expect(process.kill(child, 0)).toBe(true);
  launcher.kill('SIGKILL');
  await expect.poll(() => isAlive(child), { timeout: 10_000 }).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
