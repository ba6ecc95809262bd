import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import * as z from 'zod';
import { freePort } from '@/server/platform/embedded/free-port.ts';

const secretsFile = z.object({ ownerEmail: z.string(), ownerPassword: z.string() });
const portsFile = z.object({ web: z.number(), postgres: z.number() });
const clusterFile = z.object({ user: z.string(), password: z.string() });

/** The product as `npm start` runs it, on a data folder of its own. */
export type Product = {
  readonly url: string;
  readonly owner: { readonly email: string; readonly password: string };
  /** Runs SQL on the demo's source, as its superuser. */
  shop<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The demo's source, for programs of their own. */
  readonly shopUrl: string;
  /** Runs `philotes` as a person with a home of their own does; `input` is its standard input. */
  philotes(words: readonly string[], more?: { input?: string; env?: Record<string, string> }): Promise<Ran>;
  /** Runs SQL on the metadata database. */
  metadata<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
};

export type Ran = { readonly code: number | null; readonly out: string; readonly err: string };

const READY_WITHIN_MS = 300_000;
const REMOVE_WITHIN_MS = 60_000;

/** Starts what `npm start` starts; `dist/` and `.next/` must be built. */
export async function startProduct({ demo }: { demo: boolean }): Promise<Product> {
  const dataDir = await mkdtemp(join(tmpdir(), 'philotes-e2e-'));
  const port = await freePort();
  const args = ['dist/start.mjs', '--port', String(port), ...(demo ? ['--rate', '5'] : ['--no-demo'])];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, PHILOTES_DATA_DIR: dataDir, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await ready(child);
  const read = async <Schema extends z.ZodType>(schema: Schema, ...path: string[]) =>
    schema.parse(JSON.parse(await readFile(join(dataDir, ...path), 'utf8')));
  const secrets = await read(secretsFile, 'secrets.json');
  const ports = await read(portsFile, 'ports.json');
  const cluster = await read(clusterFile, 'postgres', 'cluster.json');
  const query =
    (database: string) =>
    async <Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<Row[]> => {
      const client = new pg.Client({ ...cluster, host: '127.0.0.1', port: ports.postgres, database });
      await client.connect();
      try {
        return (await client.query<Row>(sql, [...values])).rows;
      } finally {
        await client.end();
      }
    };
  return {
    url: `http://127.0.0.1:${ports.web}`,
    owner: { email: secrets.ownerEmail, password: secrets.ownerPassword },
    shop: query('shop'),
    shopUrl: `postgres://${cluster.user}:${encodeURIComponent(cluster.password)}@127.0.0.1:${ports.postgres}/shop`,
    philotes: (words, { input = '', env = {} } = {}) =>
      run(['dist/philotes.mjs', ...words], { input, env: { HOME: dataDir, PATH: process.env.PATH ?? '', ...env } }),
    metadata: query('philotes'),
    async stop() {
      await end(child, 'SIGINT');
      // Also removes the cluster, which lies outside of the folder when root started it.
      await end(
        spawn(process.execPath, ['dist/reset.mjs', '--yes'], {
          env: { ...process.env, PHILOTES_DATA_DIR: dataDir },
          stdio: 'ignore',
        }),
      );
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Waits for the line that says how to sign in. */
async function ready(child: ChildProcess): Promise<void> {
  let output = '';
  const isReady = new Promise<boolean>((resolve) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('sign in')) resolve(true);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', () => resolve(false));
    setTimeout(() => resolve(false), READY_WITHIN_MS).unref();
  });
  if (await isReady) return;
  child.kill('SIGINT');
  throw new Error(`the product did not start:\n${output}`);
}

async function run(args: readonly string[], { input, env }: { input: string; env: Record<string, string> }) {
  const child = spawn(process.execPath, [...args], { env: { NODE_ENV: 'production', ...env }, stdio: 'pipe' });
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, out, err };
}

async function end(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  if (signal) child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), REMOVE_WITHIN_MS);
  await exited;
  clearTimeout(timer);
}
