import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { deletePipeline } from '@/server/pipelines/delete-pipeline.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import type { Change } from '@/test/compare/read-changes.ts';
import { randomFrom } from '@/test/crash/random-from.ts';
import { checkAll, shownState, untilCaughtUp, untilPassed } from '@/test/soak/check.ts';
import { type Breakable, openBreakable } from '@/test/soak/open-breakable.ts';
import { createTables, NAMESPACE, startWorkload, TABLES } from '@/test/soak/workload.ts';
import { openWalOracle } from '@/worker/testing/wal-oracle.ts';
import { type Case, casesOf, leadTo } from './cases.ts';
import { startWorker } from './worker-process.ts';

const FALL_MS = 120_000;
const GONE_MS = 120_000;
/** Comparisons read a whole changelog and every snapshot: a new lake now and then keeps them short. */
const CASES_PER_LAKE = 6;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    out: { type: 'string', default: 'test-results/crash-matrix' },
    point: { type: 'string' },
  },
});
await mkdir(values.out, { recursive: true });
let [passed, failed] = [0, 0];
for (let index = 0; index < Number(values.seeds); index++) await runSeed(Number(values.seed) + index);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/**
 * The real worker process, killed and frozen at every point under load; another takes over, and the frozen one wakes up
 * beside it. After each, everything is compared with the source and with an oracle.
 */
async function runSeed(seed: number): Promise<void> {
  const random = randomFrom(seed);
  const cases = casesOf(random).filter(({ point }) => values.point === undefined || point === values.point);
  console.log(`seed ${seed}: ${cases.length} cases`);
  const logFile = join(values.out, `worker-${seed}.log`);
  for (let start = 0; start < cases.length; start += CASES_PER_LAKE) {
    await runPart({ random, logFile, cases: cases.slice(start, start + CASES_PER_LAKE), round: start });
  }
}

type Part = { random: () => number; logFile: string; cases: readonly Case[]; round: number };

/** Some cases on one lake, each from where the last one ended. */
async function runPart({ random, logFile, cases, round }: Part): Promise<void> {
  await using installation = await openBreakable();
  await createTables(installation);
  const oracle = await openWalOracle({ query: installation.sql }, { keyed: ['account'], keyless: [] });
  const pipelineId = await startMain(installation);
  const start = (failpoint: string | null) => startWorker({ env: installation.workerEnv, failpoint, logFile });
  {
    await using _first = await start(null);
    await untilCaughtUp(installation, pipelineId);
  }
  const shared = { installation, pipelineId, start, random, oracle, expected: [], counted: new Set<string>() };
  for (const [at, one] of cases.entries()) {
    const startedAt = performance.now();
    const problem = await runCase({ ...shared, one, round: round + at }).catch((error: unknown) => String(error));
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(
      `${problem === null ? 'pass' : 'FAIL'}  ${one.how} at ${one.point}@${one.pass}  ${seconds} s${problem ? `: ${problem}` : ''}`,
    );
    if (problem === null) passed++;
    else failed++;
    if (problem !== null) return; // What follows would start from a broken lake.
  }
}

async function startMain({ control, sourceId, destinationId }: Breakable): Promise<string> {
  const { id } = await createPipeline(control, SYSTEM_ACTOR, {
    name: NAMESPACE,
    sourceId,
    destinationId,
    namespace: NAMESPACE,
    tables: TABLES.map((table) => ({ schema: 'public', table, mirror: true, changelog: true })),
    settings: { batchAgeMsMax: 200 },
  });
  await startPipeline(control, SYSTEM_ACTOR, { id });
  return id;
}

type Run = {
  installation: Breakable;
  pipelineId: string;
  round: number;
  one: Case;
  start: (failpoint: string | null) => ReturnType<typeof startWorker>;
  random: () => number;
  /** What the oracle has seen so far; grows. */
  expected: Change[];
  /** Snapshots that were looked at. */
  counted: Set<string>;
  oracle: Awaited<ReturnType<typeof openWalOracle>>;
};

/** Null when all holds, else what does not. */
async function runCase(run: Run): Promise<string | null> {
  const { installation, pipelineId, round, one, start, random, expected, counted, oracle } = run;
  const workload = startWorkload(installation, random);
  try {
    await using first = await start(`${one.point}:${one.how}@${one.pass}`);
    const other = await leadTo(one.point, { installation, pipelineId, round });
    if (!(await first.fell(one.how, FALL_MS))) return 'the point was not reached';
    await endLeases(installation);
    await using _second = await start(null);
    await untilPassed(installation, pipelineId);
    if (one.how === 'stop') {
      first.wake();
      await delay(1_000);
    }
    await workload.stop();
    await untilCaughtUp(installation, pipelineId);
    if (other !== null) await untilGone(installation, other);
    // While a worker runs, who writes what is shown.
    await shownState(installation, pipelineId);
    expected.push(...(await oracle.effects()));
  } finally {
    await workload.stop();
  }
  const findings = await checkAll(installation, { pipelineId, expected, counted });
  const wrong = findings.filter(({ holds }) => !holds);
  return wrong.length === 0 ? null : wrong.map(({ what, detail }) => `${what} (${detail ?? ''})`).join('; ');
}

/**
 * As if the seconds had passed after which a worker that says nothing any more is taken for dead. One that was frozen in the
 * middle of a transaction keeps its row locked: whoever comes next has to cope with that by itself.
 */
async function endLeases({ database }: Breakable): Promise<void> {
  await database.pool.query(
    `update lease set expires_at = now() where (pipeline_id, role) in
       (select pipeline_id, role from lease where expires_at > now() for update skip locked)`,
  );
}

/** A further pipeline is deleted, and leaves no slot behind. */
async function untilGone(installation: Breakable, id: string): Promise<void> {
  await deletePipeline(installation.control, SYSTEM_ACTOR, { id }).catch(() => undefined); // gone already
  const deadline = performance.now() + GONE_MS;
  for (;;) {
    const { rowCount } = await installation.database.pool.query('select from pipeline where id = $1', [id]);
    if (rowCount === 0) break;
    if (performance.now() > deadline) throw new Error(`pipeline ${id} is not torn down`);
    await delay(200);
  }
  const slots = await installation.sql('select 1 from pg_replication_slots where slot_name = $1', [
    installation.slotOf(id),
  ]);
  if (slots.length > 0) throw new Error(`the slot of ${id} is still there`);
}
