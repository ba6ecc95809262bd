import type { WrittenFile } from '@/server/domain/iceberg/data-file.ts';
import type { LakeValues } from './complete-from-lake.ts';
import { type Folded, keyColumns } from './fold.ts';
import { mirrorRows } from './mirror-rows.ts';
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
  const { session, lake } = folded.loaded;
  const { lakeValues, outDir, stem = session.newName('mirror'), fileBytesMax } = options;
  const columns = lakeParquetColumns(lake);
  const files: WrittenFile[] = [];
  for (const [index, { select, rowBytes, isLarge }] of (await mirrorRows(folded, lakeValues)).entries()) {
    // Sorting would be one more copy of a very large row, which is alone.
    const order = isLarge ? '' : ` ORDER BY ${keyColumns(folded.loaded).join(', ')}`;
    const part = { from: `(${select})${order}`, stem: index === 0 ? stem : `${stem}-wide-${index}`, rowBytes, isLarge };
    const split = fileBytesMax === undefined ? {} : { fileBytesMax };
    files.push(...(await writeParquet(session, { columns, outDir, ...part, ...split })));
  }
  return files;
}
