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

/** A FROM item with the columns, `path` (URI) and `pos` (row number in the file). Columns that a file lacks are NULL. */
export function readLakeFiles({ files, columns }: LakeRead): string {
  const schema = columns.map(
    ({ column, as }) =>
      `${column.fieldId}: {name: ${literal(as)}, type: ${literal(lakeSqlType(column.type))}, default_value: NULL}`,
  );
  const paths = files.map(({ localPath }) => literal(localPath)).join(', ');
  const uris = `MAP {${files.map(({ localPath, path }) => `${literal(localPath)}: ${literal(path)}`).join(', ')}}`;
  return `(SELECT ${columns.map(({ as }) => `${as}, `).join('')}${uris}[filename] AS path, file_row_number AS pos
    FROM read_parquet([${paths}], filename = true, file_row_number = true, schema = MAP {${schema.join(', ')}}))`;
}

/** A FROM item with the `path` and `pos` of rows that position-delete files have deleted. */
export function readDeletes(deletes: readonly { readonly localPath: string }[]): string {
  if (deletes.length === 0) return `(SELECT NULL::VARCHAR AS path, NULL::BIGINT AS pos WHERE false)`;
  const paths = deletes.map(({ localPath }) => literal(localPath)).join(', ');
  return `(SELECT file_path AS path, pos FROM read_parquet([${paths}]))`;
}

/** Uncompressed bytes of a row, on average, by the files' local paths. */
export async function rowWidths(session: ColumnarSession, files: readonly LakeFile[]): Promise<Map<string, number>> {
  const rows = await session.rows(`SELECT file_name, sum(total_uncompressed_size)
      / greatest(sum(row_group_num_rows) FILTER (column_id = 0), 1) AS width
    FROM parquet_metadata([${files.map(({ localPath }) => literal(localPath)).join(', ')}]) GROUP BY file_name`);
  return new Map(rows.map(({ file_name, width }) => [String(file_name), Number(width)]));
}
