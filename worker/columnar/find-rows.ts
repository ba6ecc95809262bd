import type { LakeColumn } from '@/server/domain/lake-table.ts';
import type { Folded } from './fold.ts';
import { type DeleteFile, type LakeFile, pathOf, readDeletes, readLakeFiles } from './read-lake-files.ts';

/** Live lake rows whose key the batch touches. */
export type FoundRows = {
  /** Session table with `path` (URI), `pos`, and the key `k0` ... */
  readonly table: string;
  readonly rows: number;
  /** URIs of the files that hold them, with their rows. */
  readonly rowsByFile: ReadonlyMap<string, number>;
};

/**
 * Finds the live rows of the touched keys by scanning the candidates' key columns. `files` need the key's columns only;
 * `deletes` are all position-delete files that apply to them.
 */
export async function findRows(
  folded: Folded,
  { files, deletes }: { files: readonly LakeFile[]; deletes: readonly DeleteFile[] },
): Promise<FoundRows> {
  const { session, lake } = folded.loaded;
  const keys = lake.keyFieldIds.flatMap((id) => lake.columns.filter(({ fieldId }) => fieldId === id));
  const table = session.newName('found');
  const names = keys.map((_, at) => `k${at}`);
  const touched = `(SELECT r.* FROM ${readLakeFiles({ files, columns: keyReads(keys) })} r
    SEMI JOIN ${folded.keysTable} k ON ${names.map((name) => `r.${name} = k.${name}`).join(' AND ')})`;
  const live =
    deletes.length === 0
      ? touched
      : `(SELECT r.* FROM ${touched} r ANTI JOIN ${readDeletes(deletes, files)} d ON d.file = r.file AND d.pos = r.pos)`;
  const from =
    files.length === 0
      ? `(SELECT ${names.map((name) => `${name}, `).join('')}NULL::BIGINT AS file, NULL::BIGINT AS pos FROM ${folded.keysTable} WHERE false)`
      : live;
  await session.run(`CREATE TEMP TABLE ${table} AS
    SELECT ${pathOf(files, 'file')} AS path, pos, ${names.join(', ')} FROM ${from}`);
  const counts = await session.rows(`SELECT path, count(*) AS rows FROM ${table} GROUP BY path`);
  const rowsByFile = new Map(counts.map(({ path, rows }) => [String(path), Number(rows)]));
  return { table, rows: [...rowsByFile.values()].reduce((sum, rows) => sum + rows, 0), rowsByFile };
}

const keyReads = (keys: readonly LakeColumn[]) => keys.map((column, at) => ({ column, as: `k${at}` }));
