// Bundles the product's programs and one of these tests, and runs it as a process of its own.
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { build } from '../scripts/build.mjs';

/**
 * @param {{ name: string, console: boolean }} options `name`: the folder below test/ whose main.ts is run with our arguments
 */
export async function runBundled({ name, console: withConsole }) {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
  await build({ root, console: withConsole });
  await bundle({
    absWorkingDir: root,
    entryPoints: { [`${name}/main`]: `test/${name}/main.ts` },
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
  const program = [join(root, `dist/${name}/main.mjs`), ...process.argv.slice(2)];
  const child = spawn(process.execPath, ['--enable-source-maps', ...program], { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((done) => child.on('close', (code) => done(code ?? 1)));
}
