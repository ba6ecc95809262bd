import { completeUnchanged } from './complete-unchanged.ts';
import type { LoadedChanges } from './load-changes.ts';
import type { Reject } from './reject.ts';
import { SOFT_DELETE } from './soft-delete.ts';

/** A batch as its effect on a mirror: per touched key one row to write or none, and what to delete from the lake. */
export type Folded = {
  readonly loaded: LoadedChanges;
  /** A TRUNCATE is in the batch: every live file of the lake goes, and only what follows it is folded. */
  readonly truncated: boolean;
  /** Distinct keys whose older row may be in the lake; 0 after a truncate. */
  readonly touchedKeys: number;
  /** Rows to write, before those that `needsLakeValues` finds no lake row for. */
  readonly upserts: number;
  /** The table of touched keys: `k0`, `k1` ... in key order. */
  readonly keysTable: string;
  /** The table of rows to write: `rid` (rowid in the loaded table), and per `completed` column its source's rowid. */
  readonly upsertsTable: string;
  /** The last good change of each key: `rid`, `last_op` and the key's columns as in the loaded table. */
  readonly lastTable: string;
  /** Rows up to this rowid were truncated away; -1 for none. */
  readonly wiped: number;
  /** Indexes of lake columns that some row leaves unchanged: `src<index>` is a rowid, or NULL for "the lake's row". */
  readonly completed: readonly number[];
  /** Rows whose unchanged values are only in the lake; their original key is `o0`, `o1` ... in the upserts table. */
  readonly needsLakeValues: boolean;
  /** Rows whose unchanged value was itself rejected earlier in the batch. */
  readonly rejects: readonly Reject[];
};

/**
 * Folds loaded changes by key: the last change wins, keys compare as typed values. `insertsMayExist` also looks up keys
 * that the batch inserts first; without it they are taken as absent from the lake, as the source's unique key says.
 * Needs a key in the lake table.
 */
export async function fold(
  loaded: LoadedChanges,
  options: { insertsMayExist?: boolean; parkedTable?: string | null } = {},
): Promise<Folded> {
  const { session, table } = loaded;
  const keys = keyColumns(loaded);
  const keyList = keys.join(', ');
  const { wiped = -1 } = await session.numbers(`SELECT coalesce(max(rowid), -1) AS wiped FROM ${table} WHERE op = 't'`);
  const truncated = wiped >= 0;
  const lastTable = session.newName('last');
  // Rejected rows stand for nothing here: the row before them stays in the lake until they are replayed.
  await session.run(`CREATE TEMP TABLE ${lastTable} AS SELECT max(rowid) AS rid, arg_max(op, rowid) AS last_op,
    arg_min(op, rowid) AS first_op, ${keyList} FROM ${table} WHERE rowid > ${wiped} AND bad IS NULL GROUP BY ${keyList}`);
  const keysTable = session.newName('keys');
  const lookUp = truncated ? 'false' : options.insertsMayExist ? 'true' : `first_op NOT IN ('i', 'U')`;
  await session.run(`CREATE TEMP TABLE ${keysTable} AS
    SELECT ${keys.map((key, at) => `${key} AS k${at}`).join(', ')} FROM ${lastTable} WHERE ${lookUp}`);
  const upsertsTable = session.newName('upserts');
  await session.run(`CREATE TEMP TABLE ${upsertsTable} AS
    SELECT rid FROM ${lastTable} WHERE last_op IN ('i', 'u', 'U', '${SOFT_DELETE}')`);
  const completion = await completeUnchanged(session, {
    loaded,
    keys,
    wiped,
    upsertsTable,
    keysTable,
    parkedTable: options.parkedTable ?? null,
  });
  const { touchedKeys = 0 } = await session.numbers(`SELECT count(*) AS "touchedKeys" FROM ${keysTable}`);
  const { upserts = 0 } = await session.numbers(`SELECT count(*) AS upserts FROM ${completion.upsertsTable}`);
  return { loaded, truncated, lastTable, wiped, touchedKeys, upserts, keysTable, ...completion };
}

/** The key's columns in the loaded table, in key order. */
export function keyColumns({ lake }: Pick<LoadedChanges, 'lake'>): string[] {
  return lake.keyFieldIds.map((id) => `c${lake.columns.findIndex(({ fieldId }) => fieldId === id)}`);
}
