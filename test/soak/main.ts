import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { USAGES } from '@/scripts/command-lines.mjs';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import type { Change } from '@/test/compare/read-changes.ts';
import { randomFrom } from '@/test/crash/random-from.ts';
import { openWalOracle } from '@/worker/testing/wal-oracle.ts';
import { assertSound, bankSum, checkAll, type Finding, Stopped, untilCaughtUp } from './check.ts';
import { DISTURBANCES, type Disturbance, deckOf } from './disturbances.ts';
import { FIGURES, type FigureName, type Figures, takeFigures } from './figures.ts';
import { judge } from './judge.ts';
import { openSoak, type Soak } from './open-soak.ts';
import { readOptions, type SoakOptions } from './options.ts';
import { drawSvg, type Panel, savePng, shown } from './plot.ts';
import { BANK_SUM, createTables, NAMESPACE, startWorkload, TABLES } from './workload.ts';

const SAMPLE_MS = 2_000;
const BANK_EVERY = 8;
const ORACLE_EVERY = 5;

const options = readOptions(process.argv.slice(2), Date.now());
if (options) process.exitCode = await soak(options);
else {
  console.error(USAGES.soak);
  process.exitCode = 2;
}

type Row = { readonly seconds: number; readonly figures: Figures };
type Event = { readonly seconds: number; readonly disturbance: Disturbance };

async function soak({ minutes, seed, outDir, only, every }: SoakOptions): Promise<number> {
  console.log(`${minutes} minutes, seed ${seed}`);
  await mkdir(outDir, { recursive: true });
  const random = randomFrom(seed);
  await using installation = await openSoak({ root: process.cwd(), workerLog: join(outDir, 'worker.log') });
  await createTables(installation);
  const query = installation.sql;
  const oracle = await openWalOracle({ query }, { keyed: ['account'], keyless: [] });
  const pipelineId = await startSoakPipeline(installation);
  await untilCaughtUp(installation, pipelineId);

  const workload = startWorkload(installation, random);
  const startedAt = performance.now();
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), minutes * 60_000);
  const seconds = () => (performance.now() - startedAt) / 1000;
  const rows: Row[] = [];
  const events: Event[] = [];
  const effects = new Map<bigint, Change[]>();
  const listen = async (): Promise<void> => {
    const heard = new Map<bigint, Change[]>();
    for (const effect of await oracle.effects()) {
      heard.set(effect.commitLsn, [...(heard.get(effect.commitLsn) ?? []), effect]);
    }
    // Told again after a crash: the same transactions, whole.
    for (const [lsn, changes] of heard) effects.set(lsn, changes);
  };
  const findings: Finding[] = [];
  try {
    await Promise.all([
      disturb({
        installation,
        pipelineId,
        random,
        events,
        seconds,
        signal: over.signal,
        lastKillAt: minutes * 20,
        only,
        every,
      }),
      watch({ installation, pipelineId, rows, seconds, listen, signal: over.signal, stop: () => over.abort() }),
    ]);
    await workload.stop();
    await untilCaughtUp(installation, pipelineId);
    await listen();
    findings.push(...(await checkAll(installation, { pipelineId, expected: [...effects.values()].flat() })));
  } catch (error) {
    findings.push({ what: 'the run came to its end', holds: false, detail: String(error) });
  } finally {
    clearTimeout(timer);
    over.abort();
    await workload.stop();
  }
  const faults = events.filter(({ disturbance }) => disturbance.kind === 'fault').length;
  const heading = `${minutes} minutes, seed ${seed}: ${workload.committed()} transactions, ${faults} faults, ${events.length - faults} changes`;
  findings.push(...(await report({ heading, rows, events, outDir })));
  console.log(`\n${heading}`);
  for (const { what, holds, detail } of findings)
    console.log(`${holds ? 'pass' : 'FAIL'}  ${what}${detail ? ` (${detail})` : ''}`);
  const failed = findings.filter(({ holds }) => !holds).length;
  console.log(`${findings.length - failed} passed, ${failed} failed; repeat with --seed ${seed}`);
  return failed === 0 ? 0 : 1;
}

async function startSoakPipeline({ control, sourceId, destinationId }: Soak): Promise<string> {
  const { id } = await createPipeline(control, SYSTEM_ACTOR, {
    name: NAMESPACE,
    sourceId,
    destinationId,
    namespace: NAMESPACE,
    tables: TABLES.map((table) => ({ schema: 'public', table, mirror: true, changelog: true })),
    settings: { batchAgeMsMax: 1_000 },
  });
  await startPipeline(control, SYSTEM_ACTOR, { id });
  return id;
}

type Disturb = {
  installation: Soak;
  pipelineId: string;
  random: () => number;
  events: Event[];
  seconds: () => number;
  signal: AbortSignal;
  /** Seconds after which the worker is left alone. */
  lastKillAt: number;
} & Pick<SoakOptions, 'only' | 'every'>;

/** One change, one fault, in turn, with pauses; the first fault is the worker's death. */
async function disturb(context: Disturb): Promise<void> {
  const { installation, pipelineId, random, events, seconds, signal, lastKillAt, only, every } = context;
  const chosen = DISTURBANCES.filter(({ name }) => only.test(name));
  const ofKind = (kind: Disturbance['kind']) => chosen.filter((one) => one.kind === kind);
  const [changes, faults] = [deckOf(ofKind('change'), random), deckOf(ofKind('fault'), random)];
  const first = chosen.find(({ endsWorker }) => endsWorker);
  for (let round = 1; !signal.aborted; round++) {
    await delay(every * 1_000 * (0.4 + random() * 1.2), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const isAllowed = ({ endsWorker }: Disturbance) => endsWorker !== true || seconds() < lastKillAt;
    const drawn = round % 2 === 0 ? changes.draw(isAllowed) : round === 1 && first ? first : faults.draw(isAllowed);
    if (!drawn) continue;
    events.push({ seconds: seconds(), disturbance: drawn });
    const failure = await drawn.run(installation, { pipelineId, random, round }).catch((error: unknown) => error);
    // A deadlock with a writer, or the effects of the fault before: what was not done disturbs nobody.
    const note = failure instanceof Error ? ` (not done: ${failure.message})` : '';
    console.log(`  ${seconds().toFixed(0).padStart(5)} s  ${drawn.kind}: ${drawn.name}${note}`);
  }
}

type Watch = {
  installation: Soak;
  pipelineId: string;
  rows: Row[];
  seconds: () => number;
  listen: () => Promise<void>;
  signal: AbortSignal;
  stop: () => void;
};

/** Samples all figures, reads the bank as a stranger would, and ends the run as soon as the pipeline stands still. */
async function watch({ installation, pipelineId, rows, seconds, listen, signal, stop }: Watch): Promise<void> {
  for (let look = 0; !signal.aborted; look++) {
    rows.push({ seconds: seconds(), figures: await takeFigures(installation, pipelineId) });
    try {
      await assertSound(installation, pipelineId);
      if (look % ORACLE_EVERY === 0) await listen();
      if (look % BANK_EVERY === 0) {
        const sum = await bankSum(installation);
        if (sum !== BANK_SUM) throw new Stopped(`readers saw ${sum} in the bank instead of ${BANK_SUM}`);
      }
    } catch (error) {
      // Databases that are down on purpose do not answer; the next look will tell.
      if (!(error instanceof Stopped)) continue;
      stop();
      throw error;
    } finally {
      await delay(SAMPLE_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

type Report = { heading: string; rows: readonly Row[]; events: readonly Event[]; outDir: string };

/** Writes figures, events and plot; every figure that the run is long enough for is judged. */
async function report({ heading, rows, events, outDir }: Report): Promise<Finding[]> {
  const names = Object.keys(FIGURES) as FigureName[];
  const csv = rows.map(({ seconds, figures }) => [seconds.toFixed(1), ...names.map((name) => figures[name] ?? '')]);
  await writeFile(
    join(outDir, 'figures.csv'),
    `${[['seconds', ...names], ...csv].map((row) => row.join(',')).join('\n')}\n`,
  );
  const happened = events.map(({ seconds, disturbance: { kind, name } }) => `${seconds.toFixed(1)},${kind},${name}`);
  await writeFile(join(outDir, 'events.csv'), `${['seconds,kind,name', ...happened].join('\n')}\n`);
  const findings: Finding[] = [];
  const panels = names.map((name): Panel => {
    const { title, scale, fromSeconds = 0, ...rule } = FIGURES[name];
    const samples = rows.flatMap(({ seconds, figures }) => {
      const value = figures[name];
      return value === undefined ? [] : [{ seconds, value }];
    });
    const { isFlat, growth, limit, median } = judge(samples, rule);
    const [grown, allowed, usual] = [growth, limit, median].map((value) => shown(value / scale));
    const note = `median ${usual}, grew ${grown} of ${allowed}`;
    const isJudged = (rows.at(-1)?.seconds ?? 0) >= fromSeconds;
    if (isJudged) findings.push({ what: `${title}: flat`, holds: isFlat, detail: note });
    const scaled = samples.map(({ seconds, value }) => ({ seconds, value: value / scale }));
    return { title, note: isJudged ? note : `${note}: not judged`, isGood: isJudged ? isFlat : null, samples: scaled };
  });
  const ticks = events.map(({ seconds, disturbance: { kind } }) => ({ seconds, kind }));
  const path = join(outDir, 'figures.png');
  const isDrawn = await savePng(drawSvg({ heading, panels, ticks }), path);
  console.log(isDrawn ? `figures: ${path}` : `figures: ${path.replace(/png$/, 'svg')} (no browser for a PNG)`);
  return findings;
}
