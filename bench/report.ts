import type { Bench } from './open-bench.ts';

/** One measurement beside the limit that was measured in the same round. */
export type Round = {
  readonly seconds: number;
  readonly limitSeconds: number;
  readonly peakRssBytes: number;
  readonly workerCpuSeconds: number;
  readonly postgresCpuSeconds: number;
};

/** Times `work` and counts what the worker and the database server used for it. */
export async function measure(bench: Bench, work: () => Promise<void>): Promise<Omit<Round, 'limitSeconds'>> {
  bench.worker.reset();
  const postgresBefore = bench.postgresCpuSeconds();
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1000;
  const { cpuSeconds, peakRssBytes } = bench.worker.usage();
  return {
    seconds,
    peakRssBytes,
    workerCpuSeconds: cpuSeconds,
    postgresCpuSeconds: bench.postgresCpuSeconds() - postgresBefore,
  };
}

/** Prints one JSON line: the median of the rounds, and the most memory that any of them took. */
export function report(about: { bench: string; mode: string; rows: number }, rounds: readonly Round[]): void {
  const { bench, mode, rows } = about;
  const seconds = median(rounds.map((round) => round.seconds));
  const limit = median(rounds.map((round) => round.limitSeconds));
  print({
    bench,
    rows,
    seconds: rounded(seconds),
    rowsPerSecond: Math.round(rows / seconds),
    limitRowsPerSecond: Math.round(rows / limit),
    ratio: rounded(median(rounds.map((round) => round.limitSeconds / round.seconds))),
    peakRssMb: Math.round(Math.max(...rounds.map((round) => round.peakRssBytes)) / 1024 ** 2),
    mode,
    runs: rounds.length,
    workerCpuUsPerRow: rounded((median(rounds.map((round) => round.workerCpuSeconds)) * 1e6) / rows),
    postgresCpuUsPerRow: rounded((median(rounds.map((round) => round.postgresCpuSeconds)) * 1e6) / rows),
  });
}

export const print = (line: Record<string, unknown>): void => console.log(JSON.stringify(line));

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
