import type { WrittenFile } from '@/server/domain/iceberg/data-file.ts';
import { CHANGELOG_COLUMNS, type LakeTable } from '@/server/domain/lake-table.ts';
import type { LoadedChanges } from './load-changes.ts';
import { lakeParquetColumns, type ParquetColumn } from './parquet-column.ts';
import { literal } from './sql-text.ts';
import { writeParquet } from './write-parquet.ts';

export type ChangelogFieldIds = Readonly<Record<(typeof CHANGELOG_COLUMNS)[number]['name'], number>>;

/** Every change of the batch as rows of a changelog, in stream order: its own columns, then the table's. */
export async function writeChangelog(
  loaded: LoadedChanges,
  options: {
    epoch: number;
    changelogFieldIds: ChangelogFieldIds;
    /** The changelog's columns when their field ids differ from those of the table that the changes were loaded for. */
    changelogLake?: LakeTable;
    outDir: string;
    stem?: string;
    fileBytesMax?: number;
  },
): Promise<WrittenFile[]> {
  const { session, lake, table } = loaded;
  const { epoch, changelogFieldIds, outDir, stem = session.newName('changelog'), fileBytesMax } = options;
  const names = `[${lake.columns.map(({ name }) => literal(name)).join(', ')}]`;
  const meta = changelogColumns(changelogFieldIds, {
    _philotes_op: 'lower(op)',
    _philotes_epoch: String(epoch),
    _philotes_commit_lsn: 'CAST(lsn AS BIGINT)',
    _philotes_ordinal: 'ordinal',
    _philotes_commit_time: 'make_timestamptz(time)',
    _philotes_unchanged: `CASE WHEN unchanged IS NOT NULL THEN
      array_to_string(list_transform(unchanged, lambda i: ${names}[i + 1]), ',') END`,
  });
  return writeParquet(session, {
    columns: [...meta, ...lakeParquetColumns(lake, options.changelogLake)],
    from: `${table} WHERE bad IS NULL`,
    outDir,
    stem,
    ...(fileBytesMax === undefined ? {} : { fileBytesMax }),
  });
}

/** The changelog's own columns with these SQL values. */
export const changelogColumns = (
  fieldIds: ChangelogFieldIds,
  values: Readonly<Record<keyof ChangelogFieldIds, string>>,
): ParquetColumn[] =>
  CHANGELOG_COLUMNS.map(({ name, type }) => ({
    name,
    type,
    fieldId: fieldIds[name],
    value:
      type === 'int'
        ? `CAST(${values[name]} AS INTEGER)`
        : type === 'long'
          ? `CAST(${values[name]} AS BIGINT)`
          : values[name],
  }));
