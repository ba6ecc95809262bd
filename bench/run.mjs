// Bundles the benchmark and its worker process, and runs it: `npm run bench -- copy`.
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWithAnswer } from '../scripts/command-lines.mjs';

endWithAnswer('bench', process.argv.slice(2));
// Loaded now only: it needs the packages, and help does not.
const { build } = await import('esbuild');
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
await build({
  absWorkingDir: root,
  entryPoints: { 'bench/main': 'bench/main.ts', 'bench/worker': 'bench/worker.ts', 'bench/site': 'bench/site.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
});
const child = spawn(process.execPath, [join(root, 'dist/bench/main.mjs'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
process.exitCode = await new Promise((done) => child.on('close', (code) => done(code ?? 1)));
