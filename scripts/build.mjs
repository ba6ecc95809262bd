// Bundles our entry points (packages stay outside) and builds the console when its inputs changed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as bundle } from 'esbuild';

/** Bundle name -> entry point. */
export const ENTRY_POINTS = {
  start: 'scripts/start/main.ts',
  reset: 'scripts/reset/main.ts',
  web: 'server/web/main.ts',
  worker: 'worker/main.ts',
  philotes: 'server/cli/main.ts',
  interop: 'test/interop/run.ts',
  'generate-docs': 'scripts/generate-docs/main.ts',
};

/** What `next build` reads. */
const CONSOLE_INPUTS = ['app', 'components', 'server', 'db', 'public', 'lib', 'packages'];
const CONSOLE_FILES = /^(next\.config|postcss\.config|tsconfig|proxy|middleware|instrumentation|package-lock)/;

/**
 * Brings dist/ and .next/ up to date. Failures carry what, why and remedy.
 *
 * @param {{ root: string, console: boolean }} options console false leaves .next/ alone
 */
export async function build({ root, console: withConsole }) {
  await bundleEntryPoints(root);
  if (withConsole && existsSync(join(root, 'app'))) await buildConsole(root);
}

async function bundleEntryPoints(root) {
  const entryPoints = Object.fromEntries(
    Object.entries(ENTRY_POINTS).filter(([, path]) => existsSync(join(root, path))),
  );
  try {
    await bundle({
      absWorkingDir: root,
      entryPoints,
      outdir: 'dist',
      outExtension: { '.js': '.mjs' },
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: true,
      logLevel: 'silent',
    });
    // It begins with #! and is linked to as a command.
    if ('philotes' in entryPoints) chmodSync(join(root, 'dist/philotes.mjs'), 0o755);
  } catch (error) {
    const first = error.errors?.[0];
    const where = first?.location ? `${first.location.file}:${first.location.line}: ` : '';
    throw Object.assign(new Error('Bundling failed'), {
      what: 'Bundling failed',
      why: first ? `${where}${first.text}` : String(error),
      remedy: 'undo local changes to the named file, or report this',
    });
  }
}

async function buildConsole(root) {
  const hash = consoleHash(root);
  const marker = join(root, '.next/philotes-inputs');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === hash) return;
  const started = Date.now();
  console.log('Building the console (next build); about a minute the first time');
  rmSync(marker, { force: true });
  const timer = setInterval(() => console.log(`  still building, ${seconds(started)}`), 10_000);
  const { code, output } = await next(root);
  clearInterval(timer);
  if (code !== 0) {
    throw Object.assign(new Error('Building the console failed'), {
      what: 'Building the console failed',
      why: output.trim().split('\n').slice(-12).join('\n       '),
      remedy: 'undo local changes to app/ and components/, free memory (2 GB are enough), and repeat the command',
    });
  }
  writeFileSync(marker, hash);
  console.log(`Console built in ${seconds(started)}`);
}

async function next(root) {
  const child = spawn(process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'build'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((done) => {
    child.on('error', () => done(1));
    child.on('close', done);
  });
  return { code, output };
}

function consoleHash(root) {
  const files = readdirSync(root).filter((name) => CONSOLE_FILES.test(name));
  for (const folder of CONSOLE_INPUTS) {
    if (existsSync(join(root, folder))) files.push(...walk(root, folder));
  }
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

function walk(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.name === 'node_modules') return [];
    if (entry.isDirectory()) return walk(root, path);
    return /\.test\.tsx?$/.test(entry.name) ? [] : [path];
  });
}

function seconds(started) {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}
