import { spawn } from 'node:child_process';
import pg from 'pg';
import { SHOP_TABLES } from '@/demo/shop.ts';
import type { Workload } from '@/demo/workload.ts';
import { sleep } from '@/server/platform/sleep.ts';
import { type Comparison, compareChangelog, compareMirror } from '@/test/compare/compare-table.ts';
import { step } from './announce.ts';
import type { Control } from './control.ts';
import { CHANGELOG_TABLE, type DemoPipeline, NAMESPACE, WAREHOUSE } from './demo-pipeline.ts';
import { type Progress, readProgress } from './progress.ts';
import type { Services } from './services.ts';

const CATCH_UP_MS = 300_000;

type CheckOptions = {
  services: Services;
  readKey: string;
  control: Control;
  pipeline: DemoPipeline;
  shopUrl: string;
  workload: Workload;
  seconds: number;
  thenCommand: string | undefined;
  signal: AbortSignal;
};

/**
 * Lets the workload run, stops it, waits until the lake holds its last write, and compares every table through a reader
 * of its own. 0 when all are equal, else 1.
 */
export async function checkOnce(options: CheckOptions): Promise<number> {
  const { control, pipeline, workload, seconds, signal } = options;
  const progress = () => readProgress(control.database.pool, pipeline.id);
  await step('Copying the tables while the shop is in use', () =>
    until({ signal, what: 'the table copies', holds: async () => allLive(await progress()) }),
  );
  await step(`Streaming for ${seconds} s`, () => sleep(seconds * 1000, signal));
  await workload.stop();
  const lsn = await lastWrite(options.shopUrl);
  await step(`Catching up after ${workload.committed()} transactions`, () =>
    until({ signal, what: `position ${lsn}`, holds: async () => isPast(options, lsn, await progress()) }),
  );
  const comparisons = await step('Comparing every table', () => compareAll(options));
  const { dead_letters: deadLetters } = await progress();
  console.log(`\n${printed(comparisons)}`);
  if (deadLetters > 0)
    console.log(
      `\n${deadLetters} ${deadLetters === 1 ? 'row is parked as a dead letter' : 'rows are parked as dead letters'}`,
    );
  const isGood = comparisons.every((comparison) => comparison.equal) && deadLetters === 0;
  console.log(isGood ? '\nEvery table of the lake equals its source.\n' : '\nThe lake differs from its source.\n');
  if (!isGood || options.thenCommand === undefined) return isGood ? 0 : 1;
  return runThen(options, options.thenCommand);
}

/** Another reader's turn, while everything still runs and nothing changes. */
function runThen({ services, shopUrl, readKey }: CheckOptions, command: string): Promise<number> {
  const child = spawn(command, {
    shell: true,
    stdio: 'inherit',
    env: {
      ...process.env,
      CATALOG_URI: `${services.siteUrl}/api/catalog`,
      CATALOG_TOKEN: readKey,
      WAREHOUSE,
      SOURCE_URL: shopUrl,
      SOURCE_SCHEMA: 'public',
    },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0 ? 0 : 1));
  });
}

function allLive(progress: Progress): boolean {
  if (progress.state === 'needs_attention') throw new Error(`the pipeline stopped: ${progress.error}`);
  if (progress.attention.length > 0) throw new Error(`tables stopped: ${progress.attention.join(', ')}`);
  return progress.tables > 0 && progress.live === progress.tables;
}

/** A position behind the workload's last write, and one small write after it, so that the stream passes it at once. */
async function lastWrite(shopUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: shopUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
    await client.query('update customers set loyalty_points = loyalty_points where id = 1');
    return rows[0]?.lsn ?? '0/0';
  } finally {
    await client.end();
  }
}

async function isPast(options: CheckOptions, lsn: string, progress: Progress): Promise<boolean> {
  if (!allLive(progress) || progress.committed_lsn === null) return false;
  const { rows } = await options.control.database.pool.query<{ past: boolean }>(
    'select $1::pg_lsn >= $2::pg_lsn as past',
    [progress.committed_lsn, lsn],
  );
  return rows[0]?.past ?? false;
}

async function until(options: { signal: AbortSignal; what: string; holds: () => Promise<boolean> }): Promise<void> {
  const deadline = Date.now() + CATCH_UP_MS;
  while (!(await options.holds())) {
    options.signal.throwIfAborted();
    if (Date.now() > deadline) throw new Error(`${options.what} did not end within ${CATCH_UP_MS / 1000} s`);
    await sleep(200, options.signal);
  }
}

async function compareAll({ services, shopUrl, readKey }: CheckOptions): Promise<Comparison[]> {
  const where = {
    sourceUrl: shopUrl,
    sourceSchema: 'public',
    catalogUrl: `${services.siteUrl}/api/catalog`,
    token: readKey,
    warehouse: WAREHOUSE,
    namespace: NAMESPACE,
  };
  const comparisons: Comparison[] = [];
  for (const table of SHOP_TABLES) {
    comparisons.push(await compareMirror({ ...where, sourceTable: table, lakeTable: table }));
  }
  comparisons.push(
    await compareChangelog({
      ...where,
      sourceTable: CHANGELOG_TABLE,
      lakeTable: `${CHANGELOG_TABLE}_changelog`,
      key: ['id'],
    }),
  );
  return comparisons;
}

function printed(comparisons: readonly Comparison[]): string {
  const rows = [
    ['table', 'source rows', 'lake rows', 'missing', 'extra', 'twice', 'hash of the source', 'hash of the lake', ''],
    ...comparisons.map((c) => [
      c.table,
      ...[c.sourceRows, c.lakeRows, c.missing, c.extra, c.duplicates].map((value) => value.toLocaleString('en-US')),
      c.sourceHash.slice(0, 16),
      c.lakeHash.slice(0, 16),
      c.equal ? 'equal' : 'DIFFERENT',
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column > 0 && column < 6 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
