import type { ColumnarSession } from './columnar-session.ts';
import type { LoadedChanges } from './load-changes.ts';
import { readLines } from './read-lines.ts';
import type { Reject } from './reject.ts';
import { SOFT_DELETE } from './soft-delete.ts';

export type Completion = {
  readonly upsertsTable: string;
  readonly completed: readonly number[];
  readonly needsLakeValues: boolean;
  readonly rejects: readonly Reject[];
};

type CompletionOptions = {
  readonly loaded: LoadedChanges;
  /** The key's columns in the loaded table. */
  readonly keys: readonly string[];
  /** Rows up to this rowid were truncated away; -1 for none. */
  readonly wiped: number;
  /** The rows to write, by `rid`. */
  readonly upsertsTable: string;
  /** The keys to look up in the lake, `k0` ... */
  readonly keysTable: string;
  /** From `loadParkedKeys`: keys whose lake row may lack a value that a parked change brought. */
  readonly parkedTable: string | null;
};

/**
 * Finds where each value that the source did not send (unchanged TOAST) last stood: in an earlier change of the same
 * row, followed through key changes, or in the lake's row of the key it had before the batch. Only row ids are traced,
 * the values are joined when the file is written.
 */
export async function completeUnchanged(session: ColumnarSession, options: CompletionOptions): Promise<Completion> {
  const { loaded, keys, upsertsTable } = options;
  const listed = await session.rows(`SELECT DISTINCT unnest(unchanged) AS i FROM ${loaded.table}
    WHERE unchanged IS NOT NULL AND rowid IN (SELECT rid FROM ${upsertsTable}) ORDER BY i`);
  const completed = listed.map(({ i }) => Number(i));
  if (completed.length === 0) return { upsertsTable, completed, needsLakeValues: false, rejects: [] };
  const trace = await traceLives(session, { ...options, completed });
  const state = await walkKeyChanges(session, { ...options, completed, trace });
  const rejects = await rejectLost(session, { ...options, completed, state });
  const table = session.newName('upserts');
  const sources = completed.map((i) => `s.src${i}`);
  const origins = keys.map((_, at) => `s.o${at}`);
  await session.run(`CREATE TEMP TABLE ${table} AS SELECT u.rid, ${[...sources, ...origins].join(', ')},
    coalesce(s.from_lake, false) AS from_lake FROM ${upsertsTable} u LEFT JOIN ${state} s ON s.rid = u.rid`);
  const { lake = 0 } = await session.numbers(`SELECT count(*) AS lake FROM ${table} WHERE from_lake`);
  return { upsertsTable: table, completed, needsLakeValues: lake > 0, rejects };
}

type Traced = CompletionOptions & { readonly completed: readonly number[] };

/**
 * Every change with its life's first row (a life begins with an insert or a key change's new row, and ends with a
 * delete) and, per column, the newest row of that life up to here that holds the value.
 */
async function traceLives(session: ColumnarSession, options: Traced): Promise<string> {
  const { loaded, keys, wiped, completed } = options;
  const trace = session.newName('trace');
  const key = keys.join(', ');
  const sources = completed.map(
    (i) => `max(CASE WHEN op NOT IN ('d', 'D') AND NOT coalesce(list_contains(unchanged, ${i}), false) THEN rid END)
      OVER life AS src${i}`,
  );
  await session.run(`CREATE TEMP TABLE ${trace} AS
    SELECT rid, lsn, ordinal, op, ${key}, min(rid) OVER (PARTITION BY ${key}, life_no) AS first_rid, ${sources.join(', ')}
    FROM (SELECT rowid AS rid, lsn, ordinal, op, unchanged, ${key},
        count(CASE WHEN op IN ('i', 'U') THEN 1 END) OVER (PARTITION BY ${key} ORDER BY rowid) AS life_no
      FROM ${loaded.table} WHERE rowid > ${wiped} AND op <> 't' AND ${keys.map((k) => `${k} IS NOT NULL`).join(' AND ')})
    WINDOW life AS (PARTITION BY ${key}, life_no ORDER BY rid)`);
  return trace;
}

/** Goes back from each incomplete row, one key change per round, until every value has a source or the batch ends. */
async function walkKeyChanges(session: ColumnarSession, options: Traced & { trace: string }): Promise<string> {
  const { loaded, keys, upsertsTable, completed, trace } = options;
  const missing = completed.map((i) => `src${i} IS NULL`).join(' OR ');
  const columns = `rid, first_rid, ${[...completed.map((i) => `src${i}`), ...keys].join(', ')}`;
  let state = session.newName('state');
  await session.run(`CREATE TEMP TABLE ${state} AS SELECT ${columns}, false AS ended FROM ${trace}
    WHERE rid IN (SELECT u.rid FROM ${upsertsTable} u JOIN ${loaded.table} t ON t.rowid = u.rid WHERE t.unchanged IS NOT NULL)`);
  for (;;) {
    const { open = 0 } = await session.numbers(
      `SELECT count(*) AS open FROM ${state} WHERE NOT ended AND (${missing})`,
    );
    if (open === 0) break;
    const next = session.newName('state');
    const active = `(NOT s.ended AND (${completed.map((i) => `s.src${i} IS NULL`).join(' OR ')}) AND p.rid IS NOT NULL)`;
    await session.run(`CREATE TEMP TABLE ${next} AS SELECT s.rid,
      CASE WHEN ${active} THEN p.first_rid ELSE s.first_rid END AS first_rid,
      ${completed.map((i) => `CASE WHEN ${active} THEN coalesce(s.src${i}, p.src${i}) ELSE s.src${i} END AS src${i}`).join(', ')},
      ${keys.map((k) => `CASE WHEN ${active} THEN p.${k} ELSE s.${k} END AS ${k}`).join(', ')},
      NOT ${active} AS ended
      FROM ${state} s JOIN ${trace} f ON f.rid = s.first_rid
      LEFT JOIN ${trace} p ON f.op = 'U' AND p.op = 'D' AND p.lsn = f.lsn AND p.ordinal + 1 = f.ordinal`);
    await session.run(`DROP TABLE ${state}`);
    state = next;
  }
  const named = session.newName('state');
  // A life without a beginning in the batch was in the lake before it, under the key that it has here.
  await session.run(`CREATE TEMP TABLE ${named} AS SELECT s.rid, ${completed.map((i) => `s.src${i}`).join(', ')},
    ${keys.map((k, at) => `s.${k} AS o${at}`).join(', ')}, (${completed.map((i) => `s.src${i} IS NULL`).join(' OR ')}) AS from_lake,
    f.op IN ('i', 'U') AS begun FROM ${state} s JOIN ${trace} f ON f.rid = s.first_rid`);
  return named;
}

/**
 * Rows whose value is nowhere, or was itself rejected: out of the upserts, and their older row stays in the lake. A deleted
 * row that was to be kept has nothing left to keep then, and its older row goes.
 */
async function rejectLost(session: ColumnarSession, options: Traced & { state: string }): Promise<Reject[]> {
  const { loaded, keys, upsertsTable, keysTable, wiped, completed, state, parkedTable } = options;
  const lost = session.newName('lost');
  const absent = `(s.from_lake AND (s.begun OR ${wiped >= 0}))`;
  // What the lake has under a parked key is older than what the source did not repeat.
  const stale =
    parkedTable === null
      ? 'false'
      : `(s.from_lake AND t.op <> '${SOFT_DELETE}' AND ${parkedOrigin(parkedTable, keys)})`;
  const tests = completed.map((i) => `list_contains(b${i}.bad, ${i})`);
  const joins = completed.map(
    (i) => `LEFT JOIN ${loaded.table} b${i} ON b${i}.rowid = s.src${i} AND b${i}.bad IS NOT NULL`,
  );
  await session.run(
    `CREATE TEMP TABLE ${lost} AS SELECT s.rid, s.begun, CASE ${completed
      .map((i, at) => `WHEN ${tests[at]} THEN ${i} WHEN (${absent} OR ${stale}) AND s.src${i} IS NULL THEN ${i}`)
      .join(
        ' ',
      )} END AS i FROM ${state} s JOIN ${loaded.table} t ON t.rowid = s.rid ${joins.join(' ')} WHERE ${absent} OR ${stale} OR ${tests.map((t) => `coalesce(${t}, false)`).join(' OR ')}`,
  );
  const { gone = 0 } = await session.numbers(`SELECT count(*) AS gone FROM ${lost}`);
  if (gone === 0) return [];
  const rows = await session.rows(`SELECT lsn, ordinal, i FROM ${lost} l JOIN ${loaded.table} t ON t.rowid = l.rid
    WHERE t.op <> '${SOFT_DELETE}'`);
  await session.run(`DELETE FROM ${keysTable} k USING ${lost} l, ${loaded.table} t WHERE t.rowid = l.rid AND NOT l.begun
    AND t.op <> '${SOFT_DELETE}' AND ${keys.map((key, at) => `k.k${at} = t.${key}`).join(' AND ')}`);
  await session.run(`DELETE FROM ${upsertsTable} WHERE rid IN (SELECT rid FROM ${lost})`);
  return unchangedRejects(loaded, rows);
}

/** Whether the row of the original key is parked, or was replayed ahead of the stream and then left its key. */
const parkedOrigin = (parkedTable: string, keys: readonly string[]): string =>
  `EXISTS (SELECT 1 FROM ${parkedTable} p WHERE ${keys.map((_, at) => `p.k${at} = s.o${at}`).join(' AND ')}
    AND (NOT p.moves_only OR NOT (${keys.map((key, at) => `t.${key} = s.o${at}`).join(' AND ')})))`;

/** Rejects for rows `{lsn, ordinal, i}` whose unchanged column `i` has no value. */
export async function unchangedRejects(
  loaded: LoadedChanges,
  rows: readonly Record<string, unknown>[],
): Promise<Reject[]> {
  const lines = await readLines(loaded.files, new Set(rows.map(({ lsn, ordinal }) => `${lsn},${ordinal}`)));
  return rows.flatMap(({ lsn, ordinal, i }) => {
    const line = lines.get(`${lsn},${ordinal}`);
    const column = loaded.lake.columns[Number(i)]?.name ?? null;
    const reason =
      'the source did not send this unchanged value, and neither the batch nor the lake is sure to have it';
    return line
      ? [
          {
            lsn: BigInt(String(lsn)),
            ordinal: BigInt(String(ordinal)),
            op: line.op,
            column,
            reason,
            payload: line.bytes,
            schema: line.schema,
            mirrorOnly: true,
          },
        ]
      : [];
  });
}
