import type { WrittenFile } from '@/server/domain/iceberg/data-file.ts';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import type { Columnar } from './open-columnar.ts';
import { lakeParquetColumns } from './parquet-column.ts';
import { type LakeFile, readDeletes, readLakeFiles, rowWidths } from './read-lake-files.ts';
import { writeParquet } from './write-parquet.ts';

export type CompactOptions = {
  readonly lake: LakeTable;
  /** Whole data files, and every position-delete file that applies to them. */
  readonly files: readonly LakeFile[];
  readonly deletes: readonly { readonly localPath: string }[];
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
  const live =
    deletes.length === 0
      ? readLakeFiles({ files, columns })
      : `(SELECT r.* FROM ${readLakeFiles({ files, columns })} r ANTI JOIN ${readDeletes(deletes)} d ON d.path = r.path AND d.pos = r.pos)`;
  return await writeParquet(session, {
    columns: lakeParquetColumns(lake),
    from: `${live} ORDER BY ${(keys.length > 0 ? keys : ['path', 'pos']).join(', ')}`,
    outDir,
    stem: options.stem ?? session.newName('compacted'),
    fileBytesMax,
    rowBytes: Math.max(...(await rowWidths(session, files)).values()),
  });
}
