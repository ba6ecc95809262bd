import { unchangedRejects } from './complete-unchanged.ts';
import type { FoundRows } from './find-rows.ts';
import type { Folded } from './fold.ts';
import { type LakeFile, readLakeFiles } from './read-lake-files.ts';
import type { Reject } from './reject.ts';
import { SOFT_DELETE } from './soft-delete.ts';

/** The lake's values for rows that left them unchanged. */
export type LakeValues = {
  /** Session table `rid`, `v<index>` per completed column; null when the batch needs none. */
  readonly table: string | null;
  /** Rows to complete that the lake does not have; they are out of the upserts, with deleted rows that it never had. */
  readonly rejects: readonly Reject[];
};

/** The data files, by URI, that `completeFromLake` needs whole (or with the completed columns). */
export async function lakeFilesToComplete(folded: Folded, found: FoundRows): Promise<string[]> {
  if (!folded.needsLakeValues) return [];
  const { session } = folded.loaded;
  const rows = await session.rows(
    `SELECT DISTINCT f.path FROM ${found.table} f SEMI JOIN ${folded.upsertsTable} u ON ${sameKey(folded)}`,
  );
  return rows.map(({ path }) => String(path));
}

/** Reads what `fold` could not complete from the batch out of the lake's current rows of the original keys. */
export async function completeFromLake(
  folded: Folded,
  options: { found: FoundRows; files: readonly LakeFile[] },
): Promise<LakeValues> {
  if (!folded.needsLakeValues) return { table: null, rejects: [] };
  const { loaded, upsertsTable, completed } = folded;
  const { session, lake } = loaded;
  const wanted = await lakeFilesToComplete(folded, options.found);
  const table = session.newName('lake_values');
  const columns = completed.flatMap((i) => (lake.columns[i] ? [{ column: lake.columns[i], as: `v${i}` }] : []));
  const values = columns.map(({ as }) => `r.${as}`).join(', ');
  const files = options.files.filter(({ path }) => wanted.includes(path));
  const places = `(SELECT u.rid, f.path, f.pos FROM ${upsertsTable} u JOIN ${options.found.table} f ON ${sameKey(folded)})`;
  const select =
    files.length === 0
      ? `SELECT rowid AS rid, ${completed.map((i) => `c${i} AS v${i}`).join(', ')} FROM ${loaded.table} WHERE false`
      : `SELECT p.rid, ${values} FROM ${readLakeFiles({ files, columns })} r JOIN ${places} p ON p.path = r.path AND p.pos = r.pos`;
  await session.run(`CREATE TEMP TABLE ${table} AS ${select}`);
  const missing = `from_lake AND rid NOT IN (SELECT rid FROM ${table})`;
  const lost =
    await session.rows(`SELECT t.lsn, t.ordinal, CASE ${completed.map((i) => `WHEN src${i} IS NULL THEN ${i}`).join(' ')} END AS i
    FROM ${upsertsTable} u JOIN ${loaded.table} t ON t.rowid = u.rid WHERE ${missing} AND t.op <> '${SOFT_DELETE}'`);
  await session.run(`DELETE FROM ${upsertsTable} WHERE ${missing}`);
  return { table, rejects: await unchangedRejects(loaded, lost) };
}

const sameKey = ({ loaded }: Folded): string =>
  ['u.from_lake', ...loaded.lake.keyFieldIds.map((_, at) => `f.k${at} = u.o${at}`)].join(' AND ');
