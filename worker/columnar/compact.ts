import type { WrittenFile } from '@/server/domain/iceberg/data-file.ts';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import type { Columnar } from './open-columnar.ts';
import { lakeParquetColumns } from './parquet-column.ts';
import { type DeleteFile, type LakeFile, readLiveRows, rowWidths } from './read-lake-files.ts';
import { writeParquet } from './write-parquet.ts';

export type CompactOptions = {
  readonly lake: LakeTable;
  /** Whole data files, and every position-delete file that applies to them. */
  readonly files: readonly LakeFile[];
  readonly deletes: readonly DeleteFile[];
  readonly outDir: string;
  readonly stem?: string;
  readonly fileBytesMax?: number;
  readonly signal?: AbortSignal;
};

/** Rewrites the live rows of some files under the table's present schema, sorted by key; keyless rows stay in file order. */
export async function compact(columnar: Columnar, options: CompactOptions): Promise<WrittenFile[]> {
  const { lake, files, deletes, outDir, signal, fileBytesMax = 128_000_000 } = options;
  if (files.length === 0) return [];
  await using session = await columnar.openSession(signal);
  const columns = lake.columns.map((column, index) => ({ column, as: `c${index}` }));
  const keys = lake.keyFieldIds.map((id) => `c${lake.columns.findIndex(({ fieldId }) => fieldId === id)}`);
  return await writeParquet(session, {
    columns: lakeParquetColumns(lake),
    from: `${readLiveRows({ files, columns, deletes })} ORDER BY ${(keys.length > 0 ? keys : ['file', 'pos']).join(', ')}`,
    outDir,
    stem: options.stem ?? session.newName('compacted'),
    fileBytesMax,
    rowBytes: Math.max(...(await rowWidths(session, files)).values()),
  });
}
