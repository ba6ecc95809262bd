import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@/server/platform/embedded/free-port.ts';
import { randomFrom } from './random-from.ts';

/**
 * The whole product under SIGKILL: a start of its own with the demo, whose worker, web process and Redis are killed
 * three times each, at random moments: once in the copy, twice in the stream. The start itself then catches up, compares every
 * table through a reader of its own, and ends with what it found. `SEED` repeats the order and the pauses.
 */
const VICTIMS = ['worker', 'web', 'redis'] as const;
const KILLS_EACH = 3;
const RATE = 60;
const STREAM_SECONDS = 50;
const PAUSE_MS = { min: 1_000, max: 5_000 };
const WITHIN_MS = 420_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}`);
  const dataDir = await mkdtemp(join(tmpdir(), 'philotes-crash-'));
  // PostgreSQL runs as another user when we are root, and has to get through.
  await chmod(dataDir, 0o711);
  const [web, worker] = [await freePort(), await freePort()];
  const launcher = spawn(
    process.execPath,
    ['dist/start.mjs', '--once', '--rate', String(RATE), '--seconds', String(STREAM_SECONDS), '--port', String(web)],
    {
      env: { ...process.env, PHILOTES_DATA_DIR: dataDir, PHILOTES_WORKER_PORT: String(worker), FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const timer = setTimeout(() => launcher.kill('SIGTERM'), WITHIN_MS);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => launcher.kill(signal));
  const ended = once(launcher, 'exit');
  const output = follow(launcher);
  const killed = await killAtRandom({ dataDir, random: randomFrom(seed), output });
  const [code] = await ended;
  clearTimeout(timer);

  const checks: [string, boolean][] = [
    ...VICTIMS.map((name): [string, boolean] => [
      `the ${name} process was killed ${KILLS_EACH} times while changes went on`,
      killed.filter((one) => one === name).length === KILLS_EACH,
    ]),
    ['the start ended by itself, with success', code === 0],
    [
      'every table of the lake equals its source, without a duplicate or a dead letter',
      output.text().includes('Every table of the lake equals its source.'),
    ],
  ];
  console.log('');
  for (const [what, held] of checks) console.log(`${held ? 'pass' : 'FAIL'}  ${what}`);
  const failed = checks.filter(([, held]) => !held).length;
  if (failed === 0) await rm(dataDir, { recursive: true, force: true });
  else console.log(`logs are kept in ${join(dataDir, 'logs')}; repeat with SEED=${seed}`);
  console.log(`${checks.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

type Output = { text(): string; reached(text: string): Promise<boolean> };

/** Passes the launcher's lines on, and knows them. */
function follow(launcher: ChildProcess): Output {
  let text = '';
  launcher.stdout?.on('data', (bytes: Buffer) => {
    text += bytes.toString();
    process.stdout.write(bytes);
  });
  return {
    text: () => text,
    async reached(part) {
      while (!text.includes(part)) {
        if (launcher.exitCode !== null || launcher.signalCode !== null) return false;
        await delay(50);
      }
      return true;
    },
  };
}

/** Kills in random order with random pauses; stops when the workload has ended. Returns what was killed. */
async function killAtRandom(options: { dataDir: string; random: () => number; output: Output }): Promise<string[]> {
  const { dataDir, random, output } = options;
  const shuffled = (times: number) =>
    VICTIMS.flatMap((name) => Array.from({ length: times }, () => ({ name, at: random() })))
      .sort((one, other) => one.at - other.at)
      .map(({ name }) => name);
  const duringCopy = shuffled(1);
  const order = [...duringCopy, ...shuffled(KILLS_EACH - 1)];
  const last = new Map<string, number>();
  const killed: string[] = [];
  if (!(await output.reached('Setting up the demo pipeline: done'))) return killed;
  for (const [index, name] of order.entries()) {
    if (index === duringCopy.length && !(await output.reached('while the shop is in use: done'))) return killed;
    await delay(PAUSE_MS.min + random() * (PAUSE_MS.max - PAUSE_MS.min));
    const pid = await newProcess({ dataDir, name, not: last.get(name) });
    if (pid === null || output.text().includes(`Streaming for ${STREAM_SECONDS} s: done`)) return killed;
    last.set(name, pid);
    process.kill(pid, 'SIGKILL');
    killed.push(name);
    console.log(`  killed ${name} (process ${pid})`);
  }
  return killed;
}

/** The id of the process as this start noted it, once it is another than the one killed before. */
async function newProcess(options: { dataDir: string; name: string; not: number | undefined }): Promise<number | null> {
  for (let looks = 0; looks < 400; looks++) {
    const ids: Record<string, number> = JSON.parse(readFileSync(join(options.dataDir, 'processes.json'), 'utf8'));
    const pid = ids[options.name];
    if (pid !== undefined && pid !== options.not) return pid;
    await delay(50);
  }
  return null;
}
