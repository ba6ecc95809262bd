// Takes a fresh clone to a running program with nothing but Node's own modules: packages, build, hand-over.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { endWithAnswer } from './command-lines.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const NODE_NEEDED = [20, 19];
/** Commands that start the web process. */
const NEEDS_CONSOLE = new Set(['start', 'crash']);
const [command, ...args] = process.argv.slice(2);

endWithAnswer(command, args);
try {
  checkNode();
  await installPackages();
  await handOver();
} catch (error) {
  explain(error);
  process.exitCode = 1;
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1])) return;
  throw failure({
    what: `Node ${process.versions.node} is too old`,
    why: `Philotes needs Node ${NODE_NEEDED.join('.')} or newer`,
    remedy: 'install a newer Node from https://nodejs.org or with your version manager, then repeat the command',
  });
}

async function installPackages() {
  const lockfile = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const hash = createHash('sha256').update(lockfile).digest('hex');
  const marker = join(ROOT, 'node_modules/.philotes-lockfile');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === hash) return;
  if (!isInstalled(lockfile)) {
    const started = Date.now();
    console.log('Installing packages (npm ci); about a minute on a good line');
    await install();
    console.log(`Packages installed in ${seconds(started)}`);
  }
  writeFileSync(marker, hash);
}

/** True when npm's own record of node_modules holds every package of the lockfile, in its version. */
function isInstalled(lockfile) {
  const recordPath = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(recordPath)) return false;
  const present = JSON.parse(readFileSync(recordPath, 'utf8')).packages ?? {};
  return Object.entries(JSON.parse(lockfile).packages ?? {}).every(([path, wanted]) => {
    if (path === '' || wanted.link || wanted.optional || wanted.devOptional || wanted.peer) return true;
    return present[path]?.version === wanted.version;
  });
}

async function install() {
  const clean = await npm(['ci']);
  if (clean.code === 0) return;
  // A registry that does not offer the binaries of other platforms leaves them out of the lockfile, which `npm ci` then
  // calls out of step. `npm install` takes the locked versions too, and passes over what this platform does not need.
  const result = clean.stderr.includes('EUSAGE') ? await npm(['install', '--no-save']) : clean;
  if (result.code === 0) return;
  throw failure({
    what: 'Installing packages failed',
    why: result.stderr.trim().split('\n').slice(-4).join('\n       ') || `npm ended with code ${result.code}`,
    remedy: 'check that the npm registry can be reached and the disk has 2 GB free, then repeat the command',
  });
}

async function npm(command) {
  // A production environment would leave out what the build needs.
  const npmArgs = [...command, '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const cli = process.env.npm_execpath;
  const [file, fileArgs] = cli?.endsWith('.js') ? [process.execPath, [cli, ...npmArgs]] : ['npm', npmArgs];
  const child = spawn(file, fileArgs, { cwd: ROOT, stdio: ['ignore', 'inherit', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const started = Date.now();
  const timer = setInterval(() => console.log(`  ${packageCount()} packages so far, ${seconds(started)}`), 10_000);
  const code = await new Promise((done) => {
    child.on('error', (error) => {
      stderr += error.message;
      done(1);
    });
    child.on('close', done);
  });
  clearInterval(timer);
  return { code, stderr };
}

function packageCount() {
  try {
    return readdirSync(join(ROOT, 'node_modules')).filter((name) => !name.startsWith('.')).length;
  } catch {
    return 0;
  }
}

async function handOver() {
  process.chdir(ROOT);
  const { build, ENTRY_POINTS } = await import('./build.mjs');
  if (command === 'test') {
    await run(join(ROOT, 'node_modules/vitest/vitest.mjs'), ['run', ...args]);
    // Whoever chooses tests by name or project wants those only.
    const isWhole = args.every((arg) => /^--(reporter|outputFile)/.test(arg));
    return isWhole && process.exitCode === 0 ? await browse(build, []) : undefined;
  }
  if (command === 'e2e') return await browse(build, args);
  if (command === 'build') return await build({ root: ROOT, console: true });
  if (!(command in ENTRY_POINTS)) {
    throw failure({
      what: `"${command}" is not a command`,
      why: `there are test, build, ${Object.keys(ENTRY_POINTS).join(', ')}`,
      remedy: 'try npm start',
    });
  }
  await build({ root: ROOT, console: NEEDS_CONSOLE.has(command) });
  process.argv.splice(2, process.argv.length, ...args);
  await import(pathToFileURL(join(ROOT, `dist/${command}.mjs`)).href);
}

/** Journeys through the whole product in a browser. */
async function browse(build, playwrightArgs) {
  const { ensureChromium } = await import('./chromium.mjs');
  await ensureChromium(process.env.PATH ?? '');
  await build({ root: ROOT, console: true });
  const chosen = playwrightArgs.length > 0 ? playwrightArgs : ['--project=journeys'];
  await run(join(ROOT, 'node_modules/@playwright/test/cli.js'), ['test', ...chosen]);
}

async function run(file, fileArgs) {
  const child = spawn(process.execPath, [file, ...fileArgs], { cwd: ROOT, stdio: 'inherit' });
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', forward);
  process.on('SIGTERM', forward);
  process.exitCode = await new Promise((done) => child.on('close', (code) => done(code ?? 1)));
}

function failure({ what, why, remedy }) {
  return Object.assign(new Error(what), { what, why, remedy });
}

function explain(error) {
  console.error(`\n${error.what ?? 'Starting failed'}`);
  console.error(`  why: ${error.why ?? error.stack ?? error}`);
  console.error(`  do:  ${error.remedy ?? 'report this with the lines above'}`);
}

function seconds(started) {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}
