import type { WrittenFile } from '@/server/domain/iceberg/data-file.ts';
import { CHANGELOG_COLUMNS, type LakeTable } from '@/server/domain/lake-table.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { LoadedChanges, ReceivedChanges } from './load-changes.ts';
import { lakeParquetColumns, type ParquetColumn } from './parquet-column.ts';
import { METRIC_COLUMNS_MAX } from './parquet-metrics.ts';
import { literal } from './sql-text.ts';
import { stageSelect } from './stage-select.ts';
import { writeParquet } from './write-parquet.ts';

export type ChangelogFieldIds = Readonly<Record<(typeof CHANGELOG_COLUMNS)[number]['name'], number>>;

export type ChangelogOptions = {
  readonly epoch: number;
  readonly changelogFieldIds: ChangelogFieldIds;
  /** The changelog's columns when their field ids differ from those of the table that the changes were loaded for. */
  readonly changelogLake?: LakeTable;
  readonly outDir: string;
  readonly stem?: string;
  readonly fileBytesMax?: number;
};

/**
 * The same from text to Parquet, without a table between. Null when a value needs a look, when it turns out to, or when the
 * batch has more than one version of the columns.
 */
export async function writeChangelogStraight(
  { session, lake, groups, rowBytes }: ReceivedChanges,
  options: ChangelogOptions,
): Promise<WrittenFile[] | null> {
  const [group, ...others] = groups;
  // Years out of range are noticed by the bounds of a file, which only so many columns have.
  const isBounded = lake.columns.length + CHANGELOG_COLUMNS.length <= METRIC_COLUMNS_MAX;
  if (!group || others.length > 0 || group.careful || group.wide || group.hasOmitted || !isBounded) return null;
  const paths = group.files.map((file) => file.path);
  const stage = { lake, schema: group.schema, paths, format: 'block', careful: false, rejects: '' } as const;
  const { sql, checked } = stageSelect(stage);
  if (checked) return null;
  try {
    const from = { session, lake, table: `(${sql})`, apart: null, rowBytes };
    const written = await writeChangelog(from, options);
    return written.reduce((sum, file) => sum + file.rows, 0) === group.rows ? written : null;
  } catch (error) {
    if (error instanceof AppError && error.code === 'COLUMNAR_FAILED') return null;
    throw error;
  }
}

/** Every change of the batch as rows of a changelog, in stream order: its own columns, then the table's. Wide rows get files of their own. */
export async function writeChangelog(
  loaded: Pick<LoadedChanges, 'session' | 'lake' | 'table' | 'apart' | 'rowBytes'>,
  options: ChangelogOptions,
): Promise<WrittenFile[]> {
  const { session, lake, table, apart, rowBytes } = loaded;
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
  const columns = [...meta, ...lakeParquetColumns(lake, options.changelogLake)];
  const common = { columns, outDir, ...(fileBytesMax === undefined ? {} : { fileBytesMax }) };
  const narrow = apart ? `${table} t ANTI JOIN ${apart.table} a ON a.lsn = t.lsn AND a.ordinal = t.ordinal` : table;
  const files = await writeParquet(session, { ...common, from: `${narrow} WHERE bad IS NULL`, stem, rowBytes });
  for (const [index, part] of (apart?.parts ?? []).entries()) {
    // Rows that a copy has shown are gone from the loaded table only.
    const from = `${part.table} w SEMI JOIN ${table} t ON t.lsn = w.lsn AND t.ordinal = w.ordinal WHERE bad IS NULL`;
    const width = { rowBytes: part.bytes / part.rows, isLarge: part.isLarge };
    files.push(...(await writeParquet(session, { ...common, from, stem: `${stem}-wide-${index}`, ...width })));
  }
  return files;
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
