import type { LakeColumn } from '@/server/domain/lake-table.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { lakeSqlType } from './lake-sql-type.ts';
import { literal } from './sql-text.ts';

/** A Parquet file of the lake that is on this machine: `path` is its URI, as manifests and position deletes name it. */
export type LakeFile = { readonly path: string; readonly localPath: string };

export type LakeRead = {
  readonly files: readonly LakeFile[];
  /** Found by field id, so older files answer under their columns' older names; `as` is the name in the query. */
  readonly columns: readonly { readonly column: Pick<LakeColumn, 'fieldId' | 'type'>; readonly as: string }[];
};

/**
 * A FROM item with the columns, `file` (the place in `files`) and `pos` (row number in the file). Columns that a file lacks
 * are NULL. Names of files are long, and a scan handles millions of rows: `pathOf` puts them in where few are left.
 */
export function readLakeFiles({ files, columns }: LakeRead): string {
  const schema = columns.map(
    ({ column, as }) =>
      `${column.fieldId}: {name: ${literal(as)}, type: ${literal(lakeSqlType(column.type))}, default_value: NULL}`,
  );
  const paths = files.map(({ localPath }) => literal(localPath)).join(', ');
  return `(SELECT ${columns.map(({ as }) => `${as}, `).join('')}file_index::BIGINT AS file, file_row_number AS pos
    FROM read_parquet([${paths}], file_row_number = true, schema = MAP {${schema.join(', ')}}))`;
}

/** The same without the rows that position-delete files have deleted. */
export function readLiveRows({ deletes, ...read }: LakeRead & { deletes: readonly DeleteFile[] }): string {
  if (deletes.length === 0) return readLakeFiles(read);
  return `(SELECT r.* FROM ${readLakeFiles(read)} r
    ANTI JOIN ${readDeletes(deletes, read.files)} d ON d.file = r.file AND d.pos = r.pos)`;
}

/** A position-delete file on this machine. */
export type DeleteFile = { readonly localPath: string };

/** A FROM item with the `file` (the place in `files`) and `pos` of their deleted rows. */
export const readDeletes = (deletes: readonly DeleteFile[], files: readonly LakeFile[]): string =>
  placesIn(files, readDeletePaths(deletes));

/** A FROM item with the `path` (URI) and `pos` of every deleted row. */
export function readDeletePaths(deletes: readonly DeleteFile[]): string {
  if (deletes.length === 0) return `(SELECT NULL::VARCHAR AS path, NULL::BIGINT AS pos WHERE false)`;
  const paths = deletes.map(({ localPath }) => literal(localPath)).join(', ');
  return `(SELECT file_path AS path, pos FROM read_parquet([${paths}]))`;
}

/** Of rows with a `path`, those in these files, with `file` (its place in `files`) in its stead. */
export function placesIn(files: readonly LakeFile[], from: string): string {
  if (files.length === 0) return `(SELECT * EXCLUDE (path), NULL::BIGINT AS file FROM ${from} WHERE false)`;
  const values = files.map(({ path }, file) => `(${literal(path)}, ${file}::BIGINT)`).join(', ');
  return `(SELECT p.* EXCLUDE (path), u.file FROM ${from} p JOIN (VALUES ${values}) u (path, file) ON u.path = p.path)`;
}

/** The URI of the file that stands at the place which `expression` says. */
export const pathOf = (files: readonly LakeFile[], expression: string): string =>
  `list_extract([${files.map(({ path }) => literal(path)).join(', ')}]::VARCHAR[], ${expression} + 1)`;

/** Uncompressed bytes of a row, on average, by the files' local paths. */
export async function rowWidths(session: ColumnarSession, files: readonly LakeFile[]): Promise<Map<string, number>> {
  const rows = await session.rows(`SELECT file_name, sum(total_uncompressed_size)
      / greatest(sum(row_group_num_rows) FILTER (column_id = 0), 1) AS width
    FROM parquet_metadata([${files.map(({ localPath }) => literal(localPath)).join(', ')}]) GROUP BY file_name`);
  return new Map(rows.map(({ file_name, width }) => [String(file_name), Number(width)]));
}
