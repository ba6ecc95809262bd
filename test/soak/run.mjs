// Bundles the worker and the soak, and runs it: `npm run soak -- --minutes 30`.
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { build } from '../../scripts/build.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
await build({ root, console: false });
await bundle({
  absWorkingDir: root,
  entryPoints: { 'soak/main': 'test/soak/main.ts' },
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
const program = [join(root, 'dist/soak/main.mjs'), ...process.argv.slice(2)];
const child = spawn(process.execPath, ['--enable-source-maps', ...program], { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
process.exitCode = await new Promise((done) => child.on('close', (code) => done(code ?? 1)));
