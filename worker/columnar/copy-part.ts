import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { WrittenFile } from '@/server/domain/iceberg/data-file.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { ColumnarSession } from './columnar-session.ts';
import type { CopyChunkOptions } from './copy-chunk.ts';
import { csvFields, csvRecords } from './csv-record.ts';
import { lakeSqlType } from './lake-sql-type.ts';
import { lakeParquetColumns } from './parquet-column.ts';
import { METRIC_COLUMNS_MAX } from './parquet-metrics.ts';
import { type Reject, reasonFor } from './reject.ts';
import { stageRows } from './stage-rows.ts';
import { stageSelect } from './stage-select.ts';
import { changelogColumns } from './write-changelog.ts';
import { writeParquet } from './write-parquet.ts';

/** Whole lines on disk, all in one format. */
export type CopyPart = {
  readonly path: string;
  readonly format: 'copy-text' | 'copy-csv';
  /** The bytes hold a text that a typed read could get wrong. */
  readonly careful: boolean;
};

export type PartOptions = Omit<CopyChunkOptions, 'bytes' | 'partBytesMax' | 'signal'> & { readonly part: CopyPart };

export type WrittenPart = {
  readonly mirror: readonly WrittenFile[];
  readonly changelog: readonly WrittenFile[];
  readonly rows: number;
  readonly rejects: readonly Reject[];
  readonly nulled: ReadonlyMap<string, number>;
  /** Lines of the part, written or rejected. */
  readonly lines: number;
};

/** Writes one part: straight from text to Parquet when nothing can be rejected and only the mirror wants it, else through a table. */
export async function writeCopyPart(session: ColumnarSession, options: PartOptions): Promise<WrittenPart> {
  const { lake, schema, part, changelog } = options;
  const stage = {
    lake,
    schema,
    paths: [part.path],
    format: part.format,
    careful: false,
    rejects: session.newName('rejects'),
  } as const;
  const { sql, checked } = stageSelect(stage);
  if (changelog === null && !part.careful && !checked && lake.columns.length <= METRIC_COLUMNS_MAX) {
    const mirror = await writeStraight(session, options, sql);
    const rows = mirror?.reduce((sum, file) => sum + file.rows, 0) ?? 0;
    if (mirror) return { mirror, changelog: [], rows, rejects: [], nulled: new Map(), lines: rows };
  }
  return writeStaged(session, options);
}

/** Null when a value turned out to need a look: it does not parse, or a year of the file's bounds is out of range. */
async function writeStraight(
  session: ColumnarSession,
  options: PartOptions,
  sql: string,
): Promise<WrittenFile[] | null> {
  const { lake, outDir } = options;
  const stem = randomUUID();
  try {
    return await writeParquet(session, { columns: lakeParquetColumns(lake), from: `(${sql})`, outDir, stem });
  } catch (error) {
    await rm(path.join(outDir, `${stem}.parquet`), { force: true });
    if (error instanceof AppError && error.code === 'COLUMNAR_FAILED') return null;
    throw error;
  }
}

async function writeStaged(session: ColumnarSession, options: PartOptions): Promise<WrittenPart> {
  const { lake, schema, part, position, mirror, changelog, outDir } = options;
  const table = session.newName('copied');
  const errors = session.newName('rejects');
  await session.run(
    `CREATE TEMP TABLE ${table} (bad SMALLINT[], nulled SMALLINT[]${lake.columns
      .map(({ type }, i) => `, c${i} ${lakeSqlType(type)}`)
      .join('')})`,
  );
  const stage = {
    lake,
    schema,
    paths: [part.path],
    format: part.format,
    careful: part.careful,
    rejects: errors,
  } as const;
  const { careful } = await stageRows(session, { ...stage, table });
  const from = `${table} WHERE bad IS NULL`;
  // Not 0 when a typed read was taken back.
  const { first = 0 } = await session.numbers(`SELECT min(rowid) AS first FROM ${table}`);
  const written: { mirror: WrittenFile[]; changelog: WrittenFile[] } = { mirror: [], changelog: [] };
  if (mirror) {
    written.mirror = await writeParquet(session, {
      columns: lakeParquetColumns(lake),
      from,
      outDir,
      stem: randomUUID(),
    });
  }
  if (changelog) {
    const meta = changelogColumns(changelog.fieldIds, {
      _philotes_op: `'r'`,
      _philotes_epoch: String(position.epoch),
      _philotes_commit_lsn: String(position.lsn),
      _philotes_ordinal: `${position.ordinalStart} + rowid - ${first}`,
      _philotes_commit_time: `make_timestamptz(${position.timeUs})`,
      _philotes_unchanged: 'CAST(NULL AS VARCHAR)',
    });
    const columns = [...meta, ...lakeParquetColumns(lake, changelog.lake)];
    written.changelog = await writeParquet(session, { columns, from, outDir, stem: randomUUID() });
  }
  const { staged = 0, good = 0 } = await session.numbers(
    `SELECT count(*) AS staged, count(*) FILTER (bad IS NULL) AS good FROM ${table}`,
  );
  const rejects = await partRejects(session, { ...options, table, first, errors: careful ? errors : null });
  const nulled = await session.rows(
    `SELECT i, count(*) AS n FROM (SELECT unnest(nulled) AS i FROM ${table} WHERE nulled IS NOT NULL AND bad IS NULL) GROUP BY i`,
  );
  await session.run(`DROP TABLE ${table}`);
  return {
    ...written,
    rows: good,
    rejects,
    nulled: new Map(nulled.map(({ i, n }) => [lake.columns[Number(i)]?.name ?? '', Number(n)])),
    lines: staged + rejects.length - (staged - good),
  };
}

/** The lines of rejected rows, as a row block would carry them. The table's rows are the part's readable lines, in order. */
async function partRejects(
  session: ColumnarSession,
  options: PartOptions & { table: string; first: number; errors: string | null },
): Promise<Reject[]> {
  const { lake, schema, part, position, table, first, errors } = options;
  const bad = await session.rows(
    `SELECT rowid - ${first} AS row_number, bad[1] AS i FROM ${table} WHERE bad IS NOT NULL`,
  );
  const malformed =
    errors === null ? [] : await session.rows(`SELECT DISTINCT line_byte_position FROM ${errors}_errors`);
  if (bad.length === 0 && malformed.length === 0) return [];
  const columns = new Map(bad.map((row) => [Number(row.row_number), Number(row.i)]));
  const offsets = new Set(malformed.map((row) => Number(row.line_byte_position)));
  const bytes = await readFile(part.path);
  const rejects: Reject[] = [];
  let row = 0;
  let line = 0n;
  for (const { start, end } of part.format === 'copy-csv' ? csvRecords(bytes) : textLines(bytes)) {
    const ordinal = position.ordinalStart + line++;
    const isMalformed = offsets.has(start);
    const index = isMalformed ? undefined : columns.get(row++);
    if (index === undefined && !isMalformed) continue;
    const values = lineValues(part, bytes.toString('utf8', start, end));
    const column = index === undefined ? undefined : lake.columns[index];
    const at = schema.columns.findIndex(({ attnum }) => attnum === column?.attnum);
    const reason = column ? reasonFor(column, values[at] ?? null) : 'the line cannot be read';
    const quoted = values.map((value) => (value === null ? '' : `"${value.replaceAll('"', '""')}"`));
    const payload = Buffer.from(`r,${position.lsn},${ordinal},${position.timeUs},,,${quoted.join(',')}\n`);
    rejects.push({ lsn: position.lsn, ordinal, op: 'r', column: column?.name ?? null, reason, payload, schema });
  }
  if (rejects.length !== columns.size + offsets.size) {
    throw new AppError(
      'COLUMNAR_ROWS_MISCOUNTED',
      `${rejects.length} of ${columns.size + offsets.size} rejected rows were found`,
    );
  }
  return rejects;
}

const lineValues = ({ format }: CopyPart, line: string): (string | null)[] =>
  format === 'copy-csv'
    ? csvFields(line).slice(1)
    : line
        .replace(/\n$/, '')
        .split('\t')
        .map((value) => (value === '\\N' ? null : value));

function* textLines(bytes: Buffer): Generator<{ start: number; end: number }> {
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    yield { start, end };
    start = end;
  }
}
