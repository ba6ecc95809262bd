import type { WrittenFile } from '@/server/domain/iceberg/data-file.ts';
import type { LakeValues } from './complete-from-lake.ts';
import { type Folded, keyColumns } from './fold.ts';
import { lakeParquetColumns } from './parquet-column.ts';
import { writeParquet } from './write-parquet.ts';

export type MirrorOptions = {
  /** From `completeFromLake`; needed when `folded.needsLakeValues`. */
  readonly lakeValues?: LakeValues;
  readonly outDir: string;
  readonly stem?: string;
  readonly fileBytesMax?: number;
};

/** The rows to write, with the lake's field ids, sorted by key so that bounds are tight. */
export async function writeMirror(folded: Folded, options: MirrorOptions): Promise<WrittenFile[]> {
  const { loaded } = folded;
  const { session, lake } = loaded;
  const { lakeValues, outDir, stem = session.newName('mirror'), fileBytesMax } = options;
  return writeParquet(session, {
    columns: lakeParquetColumns(lake),
    from: `${mirrorRows(folded, lakeValues)} ORDER BY ${keyColumns(loaded).join(', ')}`,
    outDir,
    stem,
    ...(fileBytesMax === undefined ? {} : { fileBytesMax }),
  });
}

/** A FROM item with the rows to write: `c0`, `c1` ..., complete. */
export function mirrorRows(folded: Folded, lakeValues: LakeValues | undefined): string {
  const { loaded, upsertsTable, completed } = folded;
  const { lake, table } = loaded;
  const values = lake.columns.map((_, i) => {
    if (!completed.includes(i)) return `t.c${i}`;
    const fromLake = lakeValues?.table ? `l.v${i}` : 'NULL';
    // Rows without anything unchanged have no sources at all.
    return `CASE WHEN u.src${i} IS NOT NULL THEN b${i}.c${i} WHEN u.from_lake THEN ${fromLake} ELSE t.c${i} END AS c${i}`;
  });
  const sources = completed.map((i) => `LEFT JOIN ${table} b${i} ON b${i}.rowid = u.src${i}`);
  const fromLake = completed.length > 0 && lakeValues?.table ? `LEFT JOIN ${lakeValues.table} l ON l.rid = u.rid` : '';
  return `(SELECT ${values.join(', ')} FROM ${upsertsTable} u JOIN ${table} t ON t.rowid = u.rid ${sources.join(' ')} ${fromLake})`;
}
