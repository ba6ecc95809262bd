import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { WrittenFile } from '@/server/domain/iceberg/data-file.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { distinctNames, fieldIds, type ParquetColumn } from './parquet-column.ts';
import { type ColumnStatistics, fileMetrics, statisticsPath } from './parquet-metrics.ts';
import { rowGroupRows } from './row-width.ts';
import { identifier, literal } from './sql-text.ts';

export type ParquetOptions = {
  readonly columns: readonly ParquetColumn[];
  /** What follows FROM: a table or subquery, with WHERE and ORDER BY. */
  readonly from: string;
  readonly outDir: string;
  /** File names begin with it; unique in `outDir`. */
  readonly stem: string;
  /** A new file begins when one has reached this size. */
  readonly fileBytesMax?: number;
  readonly wholeBounds?: boolean;
  /** Bytes of text that a row has on average; row groups get so few rows that they fit into memory. */
  readonly rowBytes?: number;
  /** Some value is very large; with few rows, in one file. */
  readonly isLarge?: boolean;
  readonly keyValues?: Readonly<Record<string, string>>;
};

const DICTIONARY_BYTES_MAX = 1024 * 1024;
/** Of all columns together. */
const DICTIONARIES_BYTES = 64 * DICTIONARY_BYTES_MAX;
/** Each column has a writer with buffers of its own; two files of more columns than this are not written at once. */
const COLUMNS_BESIDE_OTHERS = 400;

/**
 * Writes a query as zstd Parquet files with Iceberg field ids, and says what a manifest needs to know of each. No rows,
 * no file.
 */
export async function writeParquet(session: ColumnarSession, options: ParquetOptions): Promise<WrittenFile[]> {
  const { columns, from, outDir, stem, fileBytesMax, wholeBounds = false, keyValues, rowBytes = 0, isLarge } = options;
  const names = distinctNames(columns);
  await mkdir(outDir, { recursive: true });
  const select = columns.map(({ value }, index) => `${value} AS ${identifier(names[index] ?? '')}`).join(', ');
  const isSplit = fileBytesMax !== undefined && !isLarge;
  const target = path.join(outDir, isSplit ? stem : `${stem}.parquet`);
  const statement = `COPY (SELECT ${select} FROM ${from}) TO ${literal(target)} (${[
    'FORMAT parquet',
    'COMPRESSION zstd',
    // The default level's match search alone took a tenth of a worker's CPU time in a table copy.
    'COMPRESSION_LEVEL 1',
    `ROW_GROUP_SIZE ${rowGroupRows({ columns: columns.length, rowBytes })}`,
    `FIELD_IDS ${fieldIds(columns, names)}`,
    // The writer reserves a dictionary of this size for every text column before it has a row, 1 MB by default.
    `STRING_DICTIONARY_PAGE_SIZE_LIMIT ${Math.min(DICTIONARY_BYTES_MAX, Math.floor(DICTIONARIES_BYTES / columns.length))}`,
    // Its greatest and smallest texts are whole ones.
    isLarge ? 'RETURN_FILES' : 'RETURN_STATS',
    ...(!isSplit ? [] : [`FILE_SIZE_BYTES ${fileBytesMax}`, `FILENAME_PATTERN '${stem}_{i}'`]),
    ...(keyValues
      ? [
          `KV_METADATA {${Object.entries(keyValues)
            .map(([k, v]) => `${literal(k)}: ${literal(v)}`)
            .join(', ')}}`,
        ]
      : []),
  ].join(', ')})`;
  const written = await (isLarge || columns.length > COLUMNS_BESIDE_OTHERS
    ? session.alone(() => session.rows(statement))
    : session.rows(statement));
  const files: WrittenFile[] = [];
  for (const row of isLarge ? await readStatistics(session, { localPath: target, columns, names, written }) : written) {
    const localPath = String(row.filename);
    const rows = Number(row.count);
    if (rows === 0) {
      await rm(localPath);
      continue;
    }
    const { offsets, marked } = await readFooter(session, localPath);
    const statistics = statisticsOf(row.column_statistics, marked);
    const metrics = fileMetrics({
      columns,
      names,
      statistics,
      nans: await countNans(session, { localPath, columns, names, statistics }),
      splitOffsets: offsets,
      wholeBounds,
    });
    files.push({ localPath, rows, bytes: Number(row.file_size_bytes), metrics });
  }
  return files;
}

type MapEntry = { key: string; value: unknown };

const statisticsOf = (value: unknown, marked: ReadonlySet<string>): ColumnStatistics =>
  new Map(
    (value as MapEntry[]).map(({ key, value: stats }) => {
      const texts = new Map((stats as MapEntry[]).map((entry) => [entry.key, String(entry.value)]));
      const max = texts.get('max');
      // A minimum without its mark is still a bound, a maximum is not.
      if (max !== undefined && marked.has(key) && !max.startsWith(MARK)) texts.set('max', `${MARK}${max}`);
      return [key, texts];
    }),
  );

/** What RETURN_STATS would say of a file with one row group, by its footer, which has no texts that are long. */
async function readStatistics(
  session: ColumnarSession,
  file: {
    localPath: string;
    columns: readonly ParquetColumn[];
    names: readonly string[];
    written: readonly Record<string, unknown>[];
  },
): Promise<Record<string, unknown>[]> {
  const { localPath, columns, names, written } = file;
  const leaves = await session.rows(
    `SELECT num_values, stats_null_count, stats_min_value, stats_max_value, total_compressed_size
       FROM parquet_metadata(${literal(localPath)}) ORDER BY column_id`,
  );
  const statistics = leaves.map((leaf, index): MapEntry => {
    const column = columns[index];
    const isFloating = column?.type === 'float' || column?.type === 'double';
    const texts = {
      column_size_bytes: leaf.total_compressed_size,
      num_values: leaf.num_values,
      null_count: leaf.stats_null_count,
      ...(isFloating ? { has_nan: 'true' } : {}),
      // Bytes are printed with escapes here: they get no bounds, which are optional.
      ...(column?.type === 'binary' ? {} : { min: leaf.stats_min_value, max: leaf.stats_max_value }),
    };
    const value = Object.entries(texts).flatMap(([name, text]) => (text === null ? [] : [{ key: name, value: text }]));
    return { key: column ? statisticsPath(column, names[index] ?? '') : '', value };
  });
  const { size } = await stat(localPath);
  return [{ filename: localPath, count: written[0]?.Count, file_size_bytes: size, column_statistics: statistics }];
}

/** U+FEFF: the driver takes it off the front of short texts. */
const MARK = '\ufeff';

/** The statistics only say whether a column has a NaN; the few that do are counted. */
async function countNans(
  session: ColumnarSession,
  file: {
    localPath: string;
    columns: readonly ParquetColumn[];
    names: readonly string[];
    statistics: ColumnStatistics;
  },
): Promise<Map<number, bigint>> {
  const counts = new Map<number, bigint>();
  for (const [index, column] of file.columns.entries()) {
    const name = file.names[index] ?? '';
    if (typeof column.type !== 'string' || file.statistics.get(statisticsPath(column, name))?.get('has_nan') !== 'true')
      continue;
    const { nans = 0 } = await session.numbers(
      `SELECT count(*) AS nans FROM read_parquet(${literal(file.localPath)}) WHERE isnan(${identifier(name)})`,
    );
    counts.set(column.fieldId, BigInt(nans));
  }
  return counts;
}

/** Where the row groups begin, and the columns (named as in RETURN_STATS) whose greatest text begins with the mark. */
async function readFooter(
  session: ColumnarSession,
  localPath: string,
): Promise<{ offsets: bigint[]; marked: Set<string> }> {
  const rows =
    await session.rows(`SELECT min(least(coalesce(dictionary_page_offset, data_page_offset), data_page_offset)) AS first_byte,
      list(path_in_schema) FILTER (starts_with(stats_max_value, chr(65279))) AS marked
    FROM parquet_metadata(${literal(localPath)}) GROUP BY row_group_id ORDER BY first_byte`);
  const names = rows.flatMap(({ marked }) =>
    Array.isArray(marked) ? marked.map((name) => identifier(String(name))) : [],
  );
  return { offsets: rows.map((row) => BigInt(String(row.first_byte))), marked: new Set(names) };
}
