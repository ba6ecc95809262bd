import { spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@/db/migrate.ts';
import { openPool } from '@/db/open-pool.ts';
import { openFileMetadataStore } from '@/server/catalog/file-metadata-store.ts';
import { guardLease } from '@/server/catalog/lease-guard.ts';
import { startPostgres } from '@/server/platform/embedded/postgres.ts';
import { removeCluster } from '@/server/platform/embedded/postgres-cluster.ts';
import { createLog } from '@/server/platform/logger.ts';
import { Resources } from '@/server/platform/resources.ts';
import { serveCatalog } from './serve-catalog.ts';

/**
 * Runs the checks in Python against a catalog: its own embedded one, or the one that CATALOG_URI names. With SOURCE_URL
 * or SOURCE_DUMP set, the catalog's tables are compared with the source's rows instead.
 */
const PYTHON_PACKAGES = ['pyiceberg[pyarrow]==0.12.0', 'psycopg[binary]'];
const CACHE = '.philotes/interop';
const TOKEN = 'interop';

process.exitCode = await main();

async function main(): Promise<number> {
  await using resources = new Resources();
  const python = await openPython();
  const compares = process.env.SOURCE_URL !== undefined || process.env.SOURCE_DUMP !== undefined;
  const script = compares ? 'read_tables.py' : 'catalog_checks.py';
  const uri = process.env.CATALOG_URI ?? (await openCatalog(resources));
  const env = { CATALOG_TOKEN: TOKEN, WAREHOUSE: 'lake', ...process.env, CATALOG_URI: uri };
  // Awaited here: the catalog closes when this function ends.
  return await run(python, [join('test/interop', script), ...process.argv.slice(2)], env);
}

/** The embedded catalog over a throw-away database and folder. */
async function openCatalog(resources: Resources): Promise<string> {
  const log = createLog({ name: 'interop', level: 'warn' });
  const folder = resources.add(await mkdtemp(join(tmpdir(), 'philotes-interop-')), (path) =>
    rm(path, { recursive: true }),
  );
  const dataDir = join(tmpdir(), `philotes-interop-pg-${process.pid}`);
  const settings = { fsync: 'off' };
  const postgres = await startPostgres({ dataDir, logFile: `${dataDir}.log`, settings, log });
  resources.add(postgres, async (server) => {
    await server.stop();
    await removeCluster(dataDir);
    await rm(`${dataDir}.log`, { force: true });
  });
  await migrate(postgres.url);
  const pool = resources.add(openPool({ connectionString: postgres.url }), (open) => open.end());
  // The server may go before the last idle connection does.
  const warehouse = { name: 'lake', location: `file://${folder}/lake`, store: openFileMetadataStore(`${folder}/lake`) };
  const served = await serveCatalog({
    pool,
    log,
    findWarehouse: async (name) => (name === null || name === 'lake' ? warehouse : null),
    authorize: async (request) =>
      request.headers.get('authorization') === `Bearer ${TOKEN}` ? { scopes: ['catalog:read', 'catalog:write'] } : null,
    guardCommit: guardLease,
  });
  resources.add(served, (open) => open[Symbol.asyncDispose]());
  return served.uri;
}

/** A virtual environment outside the tree's history, made once. */
async function openPython(): Promise<string> {
  const venv = join(CACHE, `venv-${PYTHON_PACKAGES.join('_').replace(/[^\w.]/g, '-')}`);
  const python = join(venv, 'bin/python');
  const done = join(venv, 'installed');
  if (await exists(done)) return python;
  await mkdir(CACHE, { recursive: true });
  await must('python3', ['-m', 'venv', '--clear', venv]);
  await must(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PYTHON_PACKAGES]);
  await mkdir(done);
  return python;
}

async function must(command: string, args: readonly string[]): Promise<void> {
  const code = await run(command, args, process.env);
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
