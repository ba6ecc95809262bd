import type { WrittenFile } from '@/server/domain/iceberg/data-file.ts';
import type { FoundRows } from './find-rows.ts';
import type { LoadedChanges } from './load-changes.ts';
import { writeParquet } from './write-parquet.ts';

/** Reserved field ids of position deletes (spec: Reserved Field IDs). */
const FILE_PATH_ID = 2147483546;
const POS_ID = 2147483545;

/** A position-delete file; `referencedDataFile` when all its rows are of one data file. Null when no row is to delete. */
export type WrittenDeletes = WrittenFile & { readonly referencedDataFile?: string };

/** Writes a v2 position-delete file for the found rows (spec: Position Delete Files), sorted by path and position. */
export async function writeDeletes(
  loaded: Pick<LoadedChanges, 'session'>,
  options: { found: FoundRows; outDir: string; stem?: string },
): Promise<WrittenDeletes | null> {
  const { session } = loaded;
  const { found, outDir, stem = session.newName('deletes') } = options;
  if (found.rows === 0) return null;
  const [file] = await writeParquet(session, {
    columns: [
      { name: 'file_path', type: 'string', fieldId: FILE_PATH_ID, value: 'path' },
      { name: 'pos', type: 'long', fieldId: POS_ID, value: 'pos' },
    ],
    from: `${found.table} ORDER BY path, pos`,
    outDir,
    stem,
    wholeBounds: true,
    keyValues: { 'delete-type': 'position' },
  });
  if (!file) return null;
  const [only] = found.rowsByFile.keys();
  return found.rowsByFile.size === 1 && only !== undefined ? { ...file, referencedDataFile: only } : file;
}
