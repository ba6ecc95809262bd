import type { DataFile } from '@/server/domain/iceberg/data-file.ts';
import type { KeyRange } from '@/server/domain/verification.ts';
import { applyEffects, type Effects } from './apply-effects.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { comparedColumns, comparedValues } from './compared-values.ts';
import { completeFromLake } from './complete-from-lake.ts';
import { findRows } from './find-rows.ts';
import { type Folded, fold, keyColumns } from './fold.ts';
import { withinRange } from './key-bounds.ts';
import type { LoadedChanges } from './load-changes.ts';
import { mirrorRows } from './mirror-rows.ts';
import { loadParkedKeys, type ParkedKey } from './parked-keys.ts';
import { pruneByBounds, rangeSpan, touchedRange } from './prune-by-bounds.ts';
import { type LakeFile, placesIn, readDeletes, readLakeFiles, rowWidths } from './read-lake-files.ts';
import { WIDE_ROW_BYTES } from './row-width.ts';

export type LakeState = {
  readonly data: readonly DataFile[];
  readonly deletes: readonly { readonly localPath: string }[];
  /** Brings data files to this machine. */
  readonly localize: (files: readonly DataFile[]) => Promise<readonly LakeFile[]>;
};

export type ProjectOptions = {
  readonly state: LakeState;
  readonly range: KeyRange;
  readonly parked: readonly ParkedKey[];
  readonly effects?: Effects;
};

export type Projected = {
  /** Session table of the range's rows: `c0`, `c1` ..., to be compared (see compared-values.ts). */
  readonly rowsTable: string;
  /** Session table of keys, `k0` ..., whose row the mirror is known not to show as the source has it. */
  readonly excusedTable: string;
};

/**
 * What a mirror shows of a key range once the given changes have reached it, computed the way a commit would write them, and
 * without writing anything. Keys that are inserted are looked up as well: a row that nobody knows of must not stay hidden.
 */
export async function projectLake(
  changes: LoadedChanges,
  { state, range, parked, effects }: ProjectOptions,
): Promise<Projected> {
  const { session, lake } = changes;
  const files = async () => ({ files: await state.localize(state.data), deletes: state.deletes });
  const loaded = effects ? await applyEffects(changes, { ...effects, lakeFiles: files }) : changes;
  const parkedTable = await loadParkedKeys(loaded, parked);
  const folded = await fold(loaded, { insertsMayExist: true, parkedTable });
  const candidates = await touchedFiles(folded, state.data);
  const found = await findRows(folded, { files: await state.localize(candidates), deletes: state.deletes });
  const holders = state.data.filter(({ path }) => found.rowsByFile.has(path));
  const lakeValues = await completeFromLake(folded, { found, files: await state.localize(holders) });

  const inside = await withinRange(session, { lake, range });
  const span = await rangeSpan(session, { lake, range });
  const data = folded.truncated ? [] : span ? pruneByBounds(state.data, span) : state.data;
  const columns = lake.columns.map((column, index) => ({ column, as: `c${index}` }));
  const names = columns.map(({ as }) => as).join(', ');
  const values = comparedValues(lake).join(', ');
  const rowsTable = session.newName('projected');
  await session.run(`CREATE TEMP TABLE ${rowsTable} (${comparedColumns(lake).join(', ')})`);
  for (const { files, isLarge } of await inTurns(session, await state.localize(data))) {
    // Long values are gone before rows are joined: a join may hold what it joins.
    const add = () =>
      session.run(`INSERT INTO ${rowsTable} SELECT ${names}
        FROM (SELECT ${values}, file, pos FROM ${readLakeFiles({ files, columns })}) r
        ANTI JOIN ${readDeletes(state.deletes, files)} d ON d.file = r.file AND d.pos = r.pos
        ANTI JOIN ${placesIn(files, found.table)} f ON f.file = r.file AND f.pos = r.pos WHERE ${inside}`);
    await (isLarge ? session.alone(add) : add());
  }
  for (const { select, isLarge } of await mirrorRows(folded, lakeValues)) {
    const add = () => session.run(`INSERT INTO ${rowsTable} SELECT ${values} FROM (${select}) WHERE ${inside}`);
    await (isLarge ? session.alone(add) : add());
  }
  const rejects = [...folded.rejects, ...lakeValues.rejects];
  return { rowsTable, excusedTable: await excusedKeys(loaded, { parkedTable, rejects }) };
}

/** Files whose rows fill the memory at hand are read one after the other, the others together. */
async function inTurns(
  session: ColumnarSession,
  files: readonly LakeFile[],
): Promise<{ files: readonly LakeFile[]; isLarge: boolean }[]> {
  if (files.length === 0) return [];
  const widths = await rowWidths(session, files);
  const isWide = ({ localPath }: LakeFile) => (widths.get(localPath) ?? 0) > WIDE_ROW_BYTES;
  const narrow = files.filter((file) => !isWide(file));
  const wide = files.filter(isWide);
  return [
    ...(narrow.length > 0 ? [{ files: narrow, isLarge: false }] : []),
    ...wide.map((file) => ({ files: [file], isLarge: true })),
  ];
}

async function touchedFiles(folded: Folded, data: readonly DataFile[]): Promise<readonly DataFile[]> {
  if (folded.touchedKeys === 0) return [];
  const span = await touchedRange(folded);
  return span ? pruneByBounds(data, span) : data;
}

/** Keys that are parked, and those that the commit of these changes is going to park. */
async function excusedKeys(
  loaded: LoadedChanges,
  { parkedTable, rejects }: { parkedTable: string | null; rejects: readonly { lsn: bigint; ordinal: bigint }[] },
): Promise<string> {
  const { session, table } = loaded;
  const keys = keyColumns(loaded);
  const excused = session.newName('excused');
  const positions = rejects.map(({ lsn, ordinal }) => `(${lsn}, ${ordinal})`);
  await session.run(`CREATE TEMP TABLE ${excused} AS
    SELECT ${keys.map((key, at) => `${key} AS k${at}`).join(', ')} FROM ${table} WHERE bad IS NOT NULL
      ${positions.length === 0 ? '' : `OR (lsn, ordinal) IN (VALUES ${positions.join(', ')})`}
    ${parkedTable === null ? '' : `UNION SELECT ${keys.map((_, at) => `k${at}`).join(', ')} FROM ${parkedTable} WHERE NOT moves_only`}`);
  return excused;
}
