import type pg from 'pg';
import { openPool } from '@/db/open-pool.ts';
import type { Workload } from '@/demo/workload.ts';
import { sleep } from '@/server/platform/sleep.ts';
import type { Control } from './control.ts';
import type { DemoPipeline } from './demo-pipeline.ts';
import { type Progress, readProgress } from './progress.ts';

const TTY_MS = 1_000;
const PLAIN_MS = 10_000;

/** One line that stays true: in place every second on a terminal, a new one every ten seconds elsewhere. */
export async function keepStatusLine(options: {
  control: Control;
  pipeline: DemoPipeline;
  shopUrl: string;
  workload: Workload;
  signal: AbortSignal;
}): Promise<number> {
  const { control, pipeline, shopUrl, workload, signal } = options;
  const source = openPool({ connectionString: shopUrl, max: 1 });
  const inPlace = process.stdout.isTTY === true;
  try {
    while (!signal.aborted) {
      const line = await statusLine({ control, pipeline, source, workload });
      if (inPlace) process.stdout.write(`\r\u001b[K${line.slice(0, (process.stdout.columns ?? 120) - 1)}`);
      else console.log(line);
      await sleep(inPlace ? TTY_MS : PLAIN_MS, signal);
    }
    return 0;
  } finally {
    await source.end();
  }
}

async function statusLine(options: {
  control: Control;
  pipeline: DemoPipeline;
  source: pg.Pool;
  workload: Workload;
}): Promise<string> {
  const { control, pipeline, source, workload } = options;
  try {
    const progress = await readProgress(control.database.pool, pipeline.id);
    const { rows } = await source.query<{ bytes: string | null }>(
      'select pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn) as bytes',
      [progress.committed_lsn],
    );
    const bytes = rows[0]?.bytes ?? null;
    const lagBytes = bytes === null ? null : Number(bytes);
    return describe({ progress, lagBytes, transactions: workload.committed() });
  } catch {
    return 'the metadata database does not answer; trying again';
  }
}

/** @param options.lagBytes WAL that the source wrote after the committed position; null before there is one */
export function describe(options: { progress: Progress; lagBytes: number | null; transactions: number }): string {
  const { progress, lagBytes, transactions } = options;
  if (progress.state === 'needs_attention') return `needs attention: ${progress.error}`;
  const parts = [
    progress.state,
    `${progress.live} of ${progress.tables} tables live`,
    `${count(progress.copied)} rows copied`,
    `${count(progress.changes)} changes committed`,
    `${count(transactions)} demo transactions`,
  ];
  if (lagBytes !== null) parts.push(`lag ${(Math.max(0, lagBytes) / 1_000_000).toFixed(1)} MB`);
  const { seconds_behind: behind } = progress;
  if (behind !== null) parts.push(`lake ${behind.toFixed(1)} s behind`);
  if (progress.dead_letters > 0) parts.push(`${progress.dead_letters} dead letters`);
  if (progress.attention.length > 0) parts.push(`look at ${progress.attention.join(', ')}`);
  return parts.join(' | ');
}

const count = (value: number): string => value.toLocaleString('en-US');
