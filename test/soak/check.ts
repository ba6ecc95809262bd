import { setTimeout as delay } from 'node:timers/promises';
import { canonicalLake, canonicalSource } from '@/test/compare/canonical.ts';
import { type Comparison, compareChangelog, compareMirror } from '@/test/compare/compare-table.ts';
import { type Change, readChanges } from '@/test/compare/read-changes.ts';
import { readLake } from '@/test/compare/read-lake.ts';
import { readSource, sourceColumns } from '@/test/compare/read-source.ts';
import { type CatalogTable, loadTable } from '@/test/compare/rest-catalog.ts';
import type { Breakable } from './open-breakable.ts';
import { BANK_SUM, NAMESPACE, TABLES } from './workload.ts';

export type Finding = { readonly what: string; readonly holds: boolean; readonly detail?: string };

const CATCH_UP_MS = 300_000;
const LOOK_MS = 200;
const CLEAR_MS = 30_000;

/** Throws when the pipeline or a table of it has stopped; what mends itself is no reason. */
export async function assertSound({ database }: Breakable, pipelineId: string): Promise<void> {
  const { rows } = await database.pool.query<{ what: string; code: string; message: string }>(
    `select 'the pipeline' as what, error_code as code, error_message as message from pipeline
      where id = $1 and state = 'needs_attention'
      union all
     select source_table, error_code, error_message from pipeline_table
      where pipeline_id = $1 and state = 'needs_attention'`,
    [pipelineId],
  );
  const [row] = rows;
  if (row) throw new Stopped(`${row.what} stands still: ${row.code} ${row.message}`);
}

export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Resolves when every table is live, nothing waits, and the lake holds everything that is written by now. */
export const untilCaughtUp = (soak: Breakable, pipelineId: string): Promise<void> =>
  untilHolds(soak, {
    pipelineId,
    condition: `tail_end_lsn >= $2::pg_lsn and committed_seq = tail_seq
      and not exists (select 1 from pipeline_table
                       where pipeline_id = $1 and (state <> 'live' or requested is not null))`,
  });

/** Resolves when the lake has passed what is written by now, while more is being written. */
export const untilPassed = (soak: Breakable, pipelineId: string): Promise<void> =>
  untilHolds(soak, { pipelineId, condition: 'committed_lsn >= $2::pg_lsn' });

async function untilHolds(
  soak: Breakable,
  { pipelineId, condition }: { pipelineId: string; condition: string },
): Promise<void> {
  const [now] = await soak.sql<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
  const deadline = performance.now() + CATCH_UP_MS;
  for (;;) {
    await assertSound(soak, pipelineId);
    const { rows } = await soak.database.pool.query<{ holds: boolean }>(
      `select ${condition} as holds from position where pipeline_id = $1`,
      [pipelineId, now?.lsn],
    );
    if (rows[0]?.holds) return;
    if (performance.now() > deadline) throw new Stopped(`the lake has not caught up within ${CATCH_UP_MS / 1000} s`);
    await delay(LOOK_MS);
  }
}

const tableIn = ({ catalogUrl, token }: Breakable, table: string): Promise<CatalogTable> =>
  loadTable({ catalogUrl, token, warehouse: 'lake', namespace: NAMESPACE, table });

/** The money in the snapshot that readers see now. */
export async function bankSum(soak: Breakable): Promise<bigint> {
  return sumOf(await tableIn(soak, 'account'));
}

async function sumOf(table: CatalogTable): Promise<bigint> {
  const balance = table.fields.findIndex(({ name }) => name === 'balance');
  let sum = 0n;
  for await (const rows of readLake(table)) for (const row of rows) sum += BigInt(String(row[balance]));
  return sum;
}

type Expectation = {
  readonly pipelineId: string;
  /** What the oracle saw of `account`. */
  readonly expected: readonly Change[];
  /** Manifest lists of snapshots that were counted already; grows. They never change, so once is enough. */
  readonly counted?: Set<string>;
};

/** Everything that must hold once source and lake are at rest. */
export async function checkAll(
  soak: Breakable,
  { pipelineId, expected, counted = new Set() }: Expectation,
): Promise<Finding[]> {
  const { pool } = soak.database;
  const findings: Finding[] = [];
  for (const table of TABLES) {
    const place = {
      sourceUrl: soak.sourceUrl,
      sourceSchema: 'public',
      sourceTable: table,
      catalogUrl: soak.catalogUrl,
      token: soak.token,
      warehouse: 'lake',
      namespace: NAMESPACE,
    };
    const mirror = await compareMirror({ ...place, lakeTable: table });
    const difference = mirror.equal ? '' : `; ${await firstDifference(soak, table)}`;
    findings.push({
      what: `the mirror of ${table} equals its source`,
      holds: mirror.equal,
      detail: numbers(mirror) + difference,
    });
    const log = await compareChangelog({ ...place, lakeTable: `${table}_changelog`, key: ['id'] });
    findings.push({ what: `the changelog of ${table} folds to its source`, holds: log.equal, detail: numbers(log) });
  }
  const name = ({ op, key, commitLsn }: Change) => `${commitLsn} ${op} ${key}`;
  const { changes, positions } = await readChanges(await tableIn(soak, 'account_changelog'), 'id');
  const difference = unequal(changes.map(name), expected.map(name));
  findings.push({
    what: `the changelog of account holds the ${expected.length} changes of the oracle, each once`,
    holds: difference === null && new Set(positions).size === positions.length && expected.length > 0,
    ...(difference === null ? {} : { detail: difference }),
  });
  const account = await tableIn(soak, 'account');
  const sums: bigint[] = [];
  for (const manifestList of account.manifestLists.filter((list) => !counted.has(list))) {
    sums.push(await sumOf({ ...account, manifestList }));
    counted.add(manifestList);
  }
  findings.push({
    what: `the money is all there in each of the ${sums.length} new snapshots`,
    holds: sums.length > 0 && sums.every((sum) => sum === BANK_SUM),
  });
  const letters = await pool.query<{ n: number }>('select count(*)::int as n from dead_letter');
  findings.push({ what: 'no row was parked', holds: letters.rows[0]?.n === 0 });
  const shown = await shownState(soak, pipelineId);
  findings.push({ what: 'the pipeline runs and shows no error', holds: shown === 'running', detail: shown });
  return findings;
}

/**
 * State and error; what the pipeline showed a moment ago is given the time that it takes to be seen as over. Workers write
 * it, so one has to run.
 */
export async function shownState({ database }: Breakable, pipelineId: string): Promise<string> {
  const deadline = performance.now() + CLEAR_MS;
  for (;;) {
    const { rows } = await database.pool.query<{ state: string; code: string | null }>(
      'select state, error_code as code from pipeline where id = $1',
      [pipelineId],
    );
    const { state = 'gone', code = null } = rows[0] ?? {};
    const isClear = state === 'running' && code === null;
    if (isClear || performance.now() > deadline) return code === null ? state : `${state} ${code}`;
    await delay(LOOK_MS);
  }
}

const numbers = ({ sourceRows, missing, extra, duplicates }: Comparison): string =>
  `${sourceRows} rows, ${missing} missing, ${extra} extra, ${duplicates} twice`;

/** The first difference of two multisets, or null. */
function unequal(found: readonly string[], expected: readonly string[]): string | null {
  const [ours, theirs] = [[...found].sort(), [...expected].sort()];
  const at = theirs.findIndex((one, index) => one !== ours[index]);
  if (at === -1 && ours.length === theirs.length) return null;
  return `${ours.length} found, ${theirs.length} expected; first difference: ${ours[at]} instead of ${theirs[at]}`;
}

/** Which columns of which row differ, to begin with. */
async function firstDifference(soak: Breakable, name: string): Promise<string> {
  const table = await tableIn(soak, name);
  const place = { url: soak.sourceUrl, schema: 'public', table: name };
  const columns = await sourceColumns(place);
  const key = columns.indexOf('id');
  const fields = columns.map((column) => table.fields.findIndex((field) => field.name === column));
  const rows = new Map<string, (string | null)[]>();
  for await (const some of readLake(table)) {
    for (const row of some) {
      const texts = fields.map((at) => canonicalLake(row[at], table.fields[at]?.type ?? 'string'));
      rows.set(String(texts[key]), texts);
    }
  }
  const found: string[] = [];
  for await (const some of readSource({ ...place, columns })) {
    for (const row of some) {
      const theirs = row.map((text, at) => canonicalSource(text, table.fields[fields[at] ?? -1]?.type ?? 'string'));
      const ours = rows.get(String(theirs[key]));
      const wrong = columns.filter((_, at) => ours?.[at] !== theirs[at]);
      if (wrong.length > 0)
        found.push(
          `${theirs[key]}: ${wrong.map((column) => `${column} ${theirs[columns.indexOf(column)]?.slice(0, 20)} is ${ours?.[columns.indexOf(column)]?.slice(0, 20)}`).join(', ')}`,
        );
    }
  }
  return found.slice(0, 5).join(' | ');
}
