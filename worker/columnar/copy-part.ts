import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { WrittenFile } from '@/server/domain/iceberg/data-file.ts';
import type { LakeColumn } from '@/server/domain/lake-table.ts';
import { isOmitted } from '@/server/domain/row-block.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { ColumnarSession } from './columnar-session.ts';
import type { CopyChunkOptions } from './copy-chunk.ts';
import { csvRecords, fieldSpans, fieldText } from './csv-record.ts';
import { isList, lakeSqlType } from './lake-sql-type.ts';
import { COPY_LEAD, type LargeValue } from './large-rows.ts';
import { lakeParquetColumns } from './parquet-column.ts';
import { METRIC_COLUMNS_MAX } from './parquet-metrics.ts';
import { OMITTED_REASON, type Reject, reasonFor } from './reject.ts';
import { stageRows } from './stage-rows.ts';
import { stageSelect } from './stage-select.ts';
import { transcodeCopyText } from './transcode-copy-text.ts';
import { changelogColumns } from './write-changelog.ts';
import { writeParquet } from './write-parquet.ts';

/** Whole lines on disk, all in one format. */
export type CopyPart = {
  readonly path: string;
  readonly format: 'copy-text' | 'copy-csv';
  /** The bytes hold a text that a typed read could get wrong. */
  readonly careful: boolean;
  /** NULLs in all lines, for a typed read that has to account for them; null when the doubts were searched for instead. */
  readonly nulls: number | null;
  /** On average. */
  readonly rowBytes: number;
  /** Set where the part is a single row with values in files of their own, or without values because it is too large. */
  readonly apart?: {
    readonly large: ReadonlyMap<number, LargeValue>;
    readonly hasOmitted: boolean;
    /** The line with all values, unless some were left out. */
    readonly whole?: string;
  };
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
  /** The values had to be looked at one by one. */
  readonly careful: boolean;
};

/**
 * Whether parts may go straight from text to Parquet: only a mirror wants them, nothing can be rejected, and every column of
 * the source is one of the lake, so that the file's NULLs are the text's.
 */
export function isStraight({
  lake,
  schema,
  changelog,
}: Pick<CopyChunkOptions, 'lake' | 'schema' | 'changelog'>): boolean {
  if (changelog !== null || lake.columns.length > METRIC_COLUMNS_MAX) return false;
  const carried = new Set(lake.columns.map(({ attnum }) => attnum));
  if (lake.columns.length !== schema.columns.length || !schema.columns.every(({ attnum }) => carried.has(attnum)))
    return false;
  if (lake.columns.some(({ type }) => isList(type))) return false;
  return !stageSelect({ lake, schema, paths: [], format: 'copy-text', careful: false, rejects: '' }).checked;
}

/** Writes one part: straight to Parquet where that may be, else, and when a value turns out to need a look, through a table. */
export async function writeCopyPart(session: ColumnarSession, options: PartOptions): Promise<WrittenPart> {
  const { part } = options;
  if (part.careful || part.apart || !isStraight(options)) return writeStaged(session, options);
  const mirror = await writeStraight(session, options);
  const rows = mirror?.reduce((sum, file) => sum + file.rows, 0) ?? 0;
  if (mirror) return { mirror, changelog: [], rows, rejects: [], nulled: new Map(), lines: rows, careful: false };
  // Had the doubts been searched for, this one would have been found.
  return writeStaged(session, { ...options, part: { ...part, careful: part.nulls !== null } });
}

/** Null when a value needs a look: it does not parse, a bound is out of range, or a NULL is none in the text. */
async function writeStraight(
  session: ColumnarSession,
  { lake, schema, part, outDir }: PartOptions,
): Promise<WrittenFile[] | null> {
  const stem = randomUUID();
  const { sql } = stageSelect({ lake, schema, paths: [part.path], format: part.format, careful: false, rejects: '' });
  try {
    const { rowBytes } = part;
    const columns = lakeParquetColumns(lake);
    const files = await writeParquet(session, { columns, from: `(${sql})`, outDir, stem, rowBytes });
    if (part.nulls === null || part.nulls === nullsIn(files)) return files;
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'COLUMNAR_FAILED')) throw error;
  }
  await rm(path.join(outDir, `${stem}.parquet`), { force: true });
  return null;
}

const nullsIn = (files: readonly WrittenFile[]): number =>
  files.reduce(
    (sum, { metrics }) => [...metrics.nullCounts.values()].reduce((all, nulls) => all + Number(nulls), sum),
    0,
  );

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
    large: part.apart?.large ?? null,
    hasOmitted: part.apart?.hasOmitted ?? false,
  } as const;
  const width = { rowBytes: part.rowBytes, isLarge: part.apart !== undefined };
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
      ...width,
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
    written.changelog = await writeParquet(session, { columns, from, outDir, stem: randomUUID(), ...width });
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
    careful,
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
    const column = index === undefined ? undefined : lake.columns[index];
    const at = schema.columns.findIndex(({ attnum }) => attnum === column?.attnum);
    const { marks, values } = await lineValues(part, bytes.subarray(start, end));
    const reason = column ? reasonOf({ column, at, marks, values }) : 'the line cannot be read';
    const payload = Buffer.concat([Buffer.from(`r,${position.lsn},${ordinal},${position.timeUs},,${marks},`), values]);
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

/** A line's values as a row block has them, and the marks of those that were left out. */
async function lineValues({ format, apart }: CopyPart, line: Buffer): Promise<{ marks: string; values: Buffer }> {
  const csv = format === 'copy-csv' ? line : transcodeCopyText(line);
  const comma = csv.indexOf(',');
  const whole = apart?.whole ? await readFile(apart.whole) : csv;
  return {
    marks: csv.toString('utf8', COPY_LEAD.length, comma),
    values: whole.subarray(whole.indexOf(',') + 1),
  };
}

function reasonOf(options: { column: LakeColumn; at: number; marks: string; values: Buffer }): string {
  const { column, at, marks, values } = options;
  if (isOmitted(marks, at)) return OMITTED_REASON;
  const field = fieldSpans(values, 0, values.length)[at];
  return reasonFor(column, field ? fieldText(values, field) : null);
}

function* textLines(bytes: Buffer): Generator<{ start: number; end: number }> {
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    yield { start, end };
    start = end;
  }
}
