import { fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { mintToken, readToken } from '@/server/auth/api-key-token.ts';
import { ROLE_SCOPES } from '@/server/auth/scopes.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { freePort } from '@/server/platform/embedded/free-port.ts';
import { newId } from '@/server/platform/new-id.ts';
import type { Bench } from './open-bench.ts';
import { cpuSeconds } from './process-usage.ts';
import { print } from './report.ts';

export type LoadOptions = {
  readonly seconds: number;
  readonly clients: number;
  readonly pipelines: number;
  readonly running: number;
};

/** Each client asks once a second and keeps a stream open if it is one of the first few, as browsers do. */
const PERIOD_MS = 1_000;
const STREAMS = 10;
const WRITE_MS = 200;

/**
 * Many pipelines, some of which carry changes, and clients that read: how long answers take, and whether all of them come.
 * Web and worker are processes of their own; the clients are here.
 */
export async function benchLoad(bench: Bench, options: LoadOptions): Promise<void> {
  const ids = await definePipelines(bench, options);
  const port = await freePort();
  await using site = await startSite({ ...bench.env, PHILOTES_PORT: String(port) });
  const token = await makeKey(bench);
  const base = `http://127.0.0.1:${port}/api/v1`;
  const stop = new AbortController();
  const writing = keepWriting(bench, { running: options.running, signal: stop.signal });
  const streams = Array.from({ length: STREAMS }, () => listen(`${base}/events`, { token, signal: stop.signal }));
  const answers: Answer[] = [];
  const usage = () => ({
    site: site.cpuSeconds(),
    worker: bench.worker.usage().cpuSeconds,
    postgres: bench.postgresCpuSeconds(),
  });
  const before = usage();
  await Promise.all(
    Array.from({ length: options.clients }, (_, client) =>
      ask({ base, token, client, ids, until: performance.now() + options.seconds * 1_000, answers }),
    ),
  );
  const after = usage();
  stop.abort();
  await writing;
  const heard = await Promise.all(streams);
  report(options, {
    answers,
    events: heard.reduce((sum, count) => sum + count, 0),
    cpuSeconds: {
      site: after.site - before.site,
      worker: after.worker - before.worker,
      postgres: after.postgres - before.postgres,
    },
  });
  if (site.hasEnded()) throw new Error('the web process ended under load');
}

async function definePipelines(bench: Bench, { pipelines, running }: LoadOptions): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= pipelines; number++) {
    const table = number <= running ? `t${number}` : 't1';
    if (number <= running) await bench.source.query(`create table ${table} (id int primary key, note text)`);
    const { id } = await createPipeline(bench.control, SYSTEM_ACTOR, {
      name: `load ${number}`,
      sourceId: bench.sourceId,
      destinationId: bench.destinationId,
      namespace: `load_${number}`,
      tables: [{ schema: 'public', table }],
    });
    ids.push(id);
  }
  for (const id of ids.slice(0, running)) await startPipeline(bench.control, SYSTEM_ACTOR, { id });
  await untilLive(bench, running);
  return ids;
}

async function untilLive({ database }: Bench, count: number): Promise<void> {
  for (;;) {
    const { rows } = await database.pool.query<{ live: number }>(
      `select count(*)::integer as live from pipeline_table where state = 'live'`,
    );
    if ((rows[0]?.live ?? 0) >= count) return;
    await delay(500);
  }
}

/** A row each in turn, so that every running pipeline has something to commit every few seconds. */
async function keepWriting(
  { source }: Bench,
  { running, signal }: { running: number; signal: AbortSignal },
): Promise<void> {
  for (let round = 1; !signal.aborted; round++) {
    await source.query(`insert into t${(round % running) + 1} values ($1, $2)`, [round, `note ${round}`]);
    await delay(WRITE_MS);
  }
}

type Site = AsyncDisposable & { hasEnded: () => boolean; cpuSeconds: () => number };

async function startSite(env: Readonly<Record<string, string>>): Promise<Site> {
  const child = fork(join(dirname(fileURLToPath(import.meta.url)), 'site.mjs'), { env: { ...process.env, ...env } });
  const ended = once(child, 'exit');
  await Promise.race([
    once(child, 'message'),
    ended.then(() => Promise.reject(new Error('the web process did not start'))),
  ]);
  return {
    hasEnded: () => child.exitCode !== null,
    cpuSeconds: () => cpuSeconds(child.pid ?? 0),
    async [Symbol.asyncDispose]() {
      if (child.connected) child.send('stop');
      await ended;
    },
  };
}

/** A viewer's API key. */
async function makeKey({ database }: Bench): Promise<string> {
  const [member, id] = [newId('mem'), newId('key')];
  const token = mintToken(id);
  await database.pool.query(`insert into member (id, email, role) values ($1, 'load@example.com', 'viewer')`, [member]);
  await database.pool.query(
    `insert into api_key (id, name, owner_id, secret_hash, scopes) values ($1, 'load', $2, $3, $4)`,
    [id, member, readToken(token)?.secretHash, JSON.stringify([...ROLE_SCOPES.viewer])],
  );
  return token;
}

type Answer = { readonly route: string; readonly ms: number; readonly status: number };

/** What a console and a script ask, in turn. */
const ROUTES = [
  (_: string) => '/pipelines?limit=50',
  (id: string) => `/pipelines/${id}/status`,
  (id: string) => `/pipelines/${id}/metrics?range=1h`,
  (_: string) => '/metrics-history?range=1h',
  (id: string) => `/pipelines/${id}/tables`,
  (id: string) => `/pipelines/${id}/commits`,
  (id: string) => `/pipelines/${id}`,
  (_: string) => '/sources',
  (_: string) => '/dead-letters/groups',
  (_: string) => '/system',
  (_: string) => '/me',
];

type Client = {
  readonly base: string;
  readonly token: string;
  readonly client: number;
  readonly ids: readonly string[];
  readonly until: number;
  readonly answers: Answer[];
};

async function ask({ base, token, client, ids, until, answers }: Client): Promise<void> {
  await delay((client * 37) % PERIOD_MS);
  for (let round = client; performance.now() < until; round++) {
    const route = ROUTES[round % ROUTES.length]?.(ids[(round * 13) % ids.length] ?? '') ?? '/me';
    const began = performance.now();
    const status = await fetch(base + route, { headers: { Authorization: `Bearer ${token}` } }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => 0,
    );
    const ms = performance.now() - began;
    answers.push({ route: route.replace(/pl_\w+/, '{id}'), ms, status });
    await delay(Math.max(0, PERIOD_MS - ms));
  }
}

/** Counts the events of one stream until told to stop. */
async function listen(url: string, { token, signal }: { token: string; signal: AbortSignal }): Promise<number> {
  let events = 0;
  try {
    const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` }, signal });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      events += decoder.decode(chunk as Uint8Array).split('\nevent: ').length - 1;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return events;
}

type Outcome = {
  readonly answers: readonly Answer[];
  readonly events: number;
  /** Over the whole time; the database's with what the pipelines cost it. */
  readonly cpuSeconds: { readonly site: number; readonly worker: number; readonly postgres: number };
};

function report(options: LoadOptions, { answers, events, cpuSeconds }: Outcome): void {
  const ok = answers.filter(({ status }) => status === 200);
  print({
    bench: 'api',
    ...options,
    requests: answers.length,
    errors: answers.length - ok.length,
    events,
    siteCpuMsPerRequest: Math.round((cpuSeconds.site / answers.length) * 10_000) / 10,
    workerCpuSeconds: Math.round(cpuSeconds.worker),
    postgresCpuSeconds: Math.round(cpuSeconds.postgres),
    ...percentiles(ok.map(({ ms }) => ms)),
  });
  for (const route of new Set(ok.map((answer) => answer.route))) {
    const times = ok.filter((answer) => answer.route === route).map(({ ms }) => ms);
    print({ route, requests: times.length, ...percentiles(times) });
  }
  const failed = answers.filter(({ status }) => status !== 200);
  for (const { route, status } of failed.slice(0, 10)) print({ failed: route, status });
}

function percentiles(times: readonly number[]): Record<string, number> {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => Math.round((sorted[Math.ceil(sorted.length * share) - 1] ?? 0) * 10) / 10;
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), maxMs: at(1) };
}
