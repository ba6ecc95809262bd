import type { Part } from './apart.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { unchangedRejects } from './complete-unchanged.ts';
import type { FoundRows } from './find-rows.ts';
import type { Folded } from './fold.ts';
import { type LakeFile, placesIn, readLakeFiles, rowWidths } from './read-lake-files.ts';
import type { Reject } from './reject.ts';
import { PART_BYTES } from './row-width.ts';
import { SOFT_DELETE } from './soft-delete.ts';

/** The lake's values for rows that left them unchanged. */
export type LakeValues = {
  /** Session table `rid`, `part` (index into `parts`) of the rows that are completed from the lake; null without any. */
  readonly table: string | null;
  /** Tables `rid`, `v<index>` per completed column, each of few enough rows to be in memory at once. */
  readonly parts: readonly Part[];
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
  if (!folded.needsLakeValues) return { table: null, parts: [], rejects: [] };
  const { loaded, upsertsTable, completed } = folded;
  const { session, lake } = loaded;
  const wanted = await lakeFilesToComplete(folded, options.found);
  const places = session.newName('places');
  await session.run(`CREATE TEMP TABLE ${places} AS SELECT u.rid, f.path, f.pos
    FROM ${upsertsTable} u JOIN ${options.found.table} f ON ${sameKey(folded)} ORDER BY f.path, f.pos`);
  const files = options.files.filter(({ path }) => wanted.includes(path));
  const table = session.newName('lake_parts');
  await session.run(`CREATE TEMP TABLE ${table} (rid BIGINT, part INTEGER)`);
  const columns = completed.flatMap((i) => (lake.columns[i] ? [{ column: lake.columns[i], as: `v${i}` }] : []));
  const values = columns.map(({ as }) => `r.${as}`).join(', ');
  const parts: Part[] = [];
  for (const slice of await placesInParts(session, { places, files })) {
    const part = session.newName('lake_values');
    const mine = `(SELECT rid, path, pos FROM ${places} WHERE rowid >= ${slice.from} AND rowid < ${slice.to})`;
    await session.run(`CREATE TEMP TABLE ${part} AS SELECT p.rid, ${values}
      FROM ${readLakeFiles({ files: slice.files, columns })} r
      JOIN ${placesIn(slice.files, mine)} p ON p.file = r.file AND p.pos = r.pos`);
    await session.run(`INSERT INTO ${table} SELECT rid, ${parts.length} FROM ${part}`);
    parts.push({ table: part, rows: slice.to - slice.from, bytes: slice.bytes, isLarge: slice.bytes > LARGE_BYTES });
  }
  const missing = `from_lake AND rid NOT IN (SELECT rid FROM ${table})`;
  const lost =
    await session.rows(`SELECT t.lsn, t.ordinal, CASE ${completed.map((i) => `WHEN src${i} IS NULL THEN ${i}`).join(' ')} END AS i
    FROM ${upsertsTable} u JOIN ${loaded.table} t ON t.rowid = u.rid WHERE ${missing} AND t.op <> '${SOFT_DELETE}'`);
  await session.run(`DELETE FROM ${upsertsTable} WHERE ${missing}`);
  return { table, parts, rejects: await unchangedRejects(loaded, lost) };
}

/** A part of one row beyond this size is a very large row. */
const LARGE_BYTES = 2 * PART_BYTES;

type Slice = { from: number; to: number; bytes: number; files: LakeFile[] };

/** Places, in the order of their table, with the files that they are in: as many at a time as fit into memory. */
async function placesInParts(
  session: ColumnarSession,
  { places, files }: { places: string; files: readonly LakeFile[] },
): Promise<Slice[]> {
  if (files.length === 0) return [];
  const counts = await session.rows(`SELECT path, count(*) AS rows FROM ${places} GROUP BY path ORDER BY path`);
  const widths = await rowWidths(session, files);
  const slices: Slice[] = [];
  let from = 0;
  for (const { path, rows: count } of counts) {
    const file = files.find((candidate) => candidate.path === path);
    let left = Number(count);
    if (!file) {
      from += left;
      continue;
    }
    const width = widths.get(file.localPath) ?? 0;
    while (left > 0) {
      let slice = slices.at(-1);
      if (!slice || slice.bytes + width > PART_BYTES) {
        slice = { from, to: from, bytes: 0, files: [] };
        slices.push(slice);
      }
      const rows = Math.min(left, Math.max(1, Math.floor((PART_BYTES - slice.bytes) / Math.max(1, width))));
      slice.to += rows;
      slice.bytes += rows * width;
      if (slice.files.at(-1) !== file) slice.files.push(file);
      from += rows;
      left -= rows;
    }
  }
  return slices;
}

const sameKey = ({ loaded }: Folded): string =>
  ['u.from_lake', ...loaded.lake.keyFieldIds.map((_, at) => `f.k${at} = u.o${at}`)].join(' AND ');
