import { AppError } from '@/server/errors/app-error.ts';
import { keyColumns } from './fold.ts';
import { boundValue, firstKey } from './key-bounds.ts';
import type { LoadedChanges } from './load-changes.ts';
import type { Reject } from './reject.ts';

/** What a PostgreSQL snapshot sees (manual: pg_snapshot): `snapshotXmax` and later not, `xip` not, else everything. */
export type CopySnapshot = {
  readonly snapshotXmin: bigint;
  readonly snapshotXmax: bigint;
  readonly xip: readonly bigint[];
};

/** A chunk of the table copy: keys from `lower` up to but without `upper`, as PostgreSQL text; null is unbounded. */
export type CopiedRange = CopySnapshot & { readonly lower: string | null; readonly upper: string | null };

/** The changes that the copy has not already seen. */
export type FilteredChanges = {
  readonly dropped: number;
  readonly rejects: readonly Reject[];
  /**
   * Kept rows under a new key with values that only the row under the old key had, which its range's copy shows as gone
   * already. They can be completed from nowhere: the copy has to be repeated under one snapshot.
   */
  readonly torn: number;
};

/**
 * Drops each half of a change (the delete of the old key, the row under the new) that the copy of its key's range has
 * already seen, by transaction id: commit order in the log is not the order of visibility. A truncate has no key; it goes
 * when every range has seen it, since one that happens between two ranges starts the copy anew. Ranges are of the first
 * key column and do not overlap; a key outside all of them stays. Rejects that the copy has seen are dropped likewise.
 */
export async function filterByRanges(loaded: LoadedChanges, ranges: readonly CopiedRange[]): Promise<FilteredChanges> {
  const { session, table } = loaded;
  const key = firstKey(loaded.lake);
  const chunks = session.newName('chunks');
  await session.run(`CREATE TEMP TABLE ${chunks} (lo ${key.sqlType}, hi ${key.sqlType}, unbounded_lo BOOLEAN, unbounded_hi BOOLEAN,
    xmin UBIGINT, xmax UBIGINT, xip UBIGINT[])`);
  for (const range of ranges) {
    await session.run(`INSERT INTO ${chunks} SELECT ${boundValue(loaded.lake, range.lower)}, ${boundValue(loaded.lake, range.upper)}, ${range.lower === null},
      ${range.upper === null}, ${range.snapshotXmin}, ${range.snapshotXmax}, ${xips(range)}`);
  }
  const { broken = 0 } = await session.numbers(
    `SELECT count(*) AS broken FROM ${chunks} WHERE (lo IS NULL AND NOT unbounded_lo) OR (hi IS NULL AND NOT unbounded_hi)`,
  );
  if (broken > 0) throw new AppError('INVALID_INPUT', 'a bound of a copied range is not a value of the key column');
  return dropRows(
    loaded,
    `SELECT t.rowid FROM ${table} t JOIN ${chunks} s ON (s.unbounded_lo OR t.${key.name} >= s.lo)
    AND (s.unbounded_hi OR t.${key.name} < s.hi) AND ${visible} WHERE t.op <> 't'
    UNION ALL
    SELECT t.rowid FROM ${table} t WHERE t.op = 't' AND EXISTS (SELECT 1 FROM ${chunks})
    AND NOT EXISTS (SELECT 1 FROM ${chunks} s WHERE NOT ${visible})`,
  );
}

/** The same where only some keys of a range were copied: `c0` ... of each part, as the query of its keys gives them. */
export async function filterByKeys(
  loaded: LoadedChanges,
  parts: readonly { readonly snapshot: CopySnapshot; readonly keys: string }[],
): Promise<FilteredChanges> {
  const same = keyColumns(loaded).map((key) => `t.${key} = k.${key}`);
  const seen = parts.map(
    ({ snapshot, keys }) => `SELECT t.rowid FROM ${loaded.table} t JOIN ${keys} k ON ${same.join(' AND ')}
      JOIN ${oneChunk(snapshot)} s ON ${visible} WHERE t.op <> 't'`,
  );
  return dropRows(loaded, seen.length === 0 ? 'SELECT NULL WHERE false' : seen.join(' UNION ALL '));
}

/** The same for a table that was copied in one snapshot, with a key or without. */
export async function filterBySnapshot(loaded: LoadedChanges, snapshot: CopySnapshot): Promise<FilteredChanges> {
  return dropRows(loaded, `SELECT t.rowid FROM ${loaded.table} t, ${oneChunk(snapshot)} s WHERE ${visible}`);
}

/** The other way round: leaves only the changes that the snapshot shows. */
export async function keepVisible(loaded: LoadedChanges, snapshot: CopySnapshot): Promise<FilteredChanges> {
  return dropRows(loaded, `SELECT t.rowid FROM ${loaded.table} t, ${oneChunk(snapshot)} s WHERE NOT ${visible}`);
}

const oneChunk = (snapshot: CopySnapshot): string =>
  `(SELECT ${snapshot.snapshotXmin}::UBIGINT AS xmin, ${snapshot.snapshotXmax}::UBIGINT AS xmax, ${xips(snapshot)} AS xip)`;

const visible = '(t.xid < s.xmin OR (t.xid < s.xmax AND NOT list_contains(s.xip, t.xid)))';

const xips = ({ xip }: CopySnapshot): string => `CAST([${xip.join(', ')}] AS UBIGINT[])`;

/** Deleting keeps the other rows' rowids, and with them the stream order. */
async function dropRows(loaded: LoadedChanges, select: string): Promise<FilteredChanges> {
  const { session, table, rejects } = loaded;
  const seen = session.newName('seen');
  await session.run(`CREATE TEMP TABLE ${seen} AS SELECT rowid AS rid FROM ${table} WHERE rowid IN (${select})`);
  const bad = await session.rows(
    `SELECT lsn, ordinal FROM ${table} WHERE bad IS NOT NULL AND rowid IN (SELECT rid FROM ${seen})`,
  );
  const { torn = 0 } = await session.numbers(`SELECT count(*) AS torn FROM ${table} d JOIN ${table} u
    ON d.op = 'D' AND u.op = 'U' AND u.lsn = d.lsn AND u.ordinal = d.ordinal + 1 AND u.unchanged IS NOT NULL
    WHERE d.rowid IN (SELECT rid FROM ${seen}) AND u.rowid NOT IN (SELECT rid FROM ${seen})`);
  const { dropped = 0 } = await session.numbers(`SELECT count(*) AS dropped FROM ${seen}`);
  await session.run(`DELETE FROM ${table} WHERE rowid IN (SELECT rid FROM ${seen})`);
  const gone = new Set(bad.map(({ lsn, ordinal }) => `${lsn},${ordinal}`));
  return { dropped, torn, rejects: rejects.filter((reject) => !gone.has(`${reject.lsn},${reject.ordinal}`)) };
}
