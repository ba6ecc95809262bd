import type { LakeTable } from '@/server/domain/lake-table.ts';
import { META_COLUMNS } from '@/server/domain/row-block.ts';
import type { SourceColumn, TableSchema } from '@/server/domain/table-schema.ts';
import { convertText } from './convert-text.ts';
import { type Doubt, exactRead } from './exact-read.ts';
import { lakeSqlType } from './lake-sql-type.ts';
import { type LargeValue, LINE_BYTES_MAX } from './large-rows.ts';
import { literal } from './sql-text.ts';

export type StageOptions = {
  readonly lake: LakeTable;
  readonly schema: TableSchema;
  readonly paths: readonly string[];
  /** How the files' lines look: row blocks, COPY's text format as it is, or CSV with one constant field in front. */
  readonly format: 'block' | 'copy-text' | 'copy-csv';
  /** Read every value as text and look at it, whatever its type; malformed lines go to the rejects table. */
  readonly careful: boolean;
  /** Stem of the session's rejects tables, for a careful read. */
  readonly rejects: string;
  /** Rows may lack values that are too large. */
  readonly hasOmitted?: boolean;
  /** Values of the only row that are in files of their own, by index into the schema's columns. */
  readonly large?: ReadonlyMap<number, LargeValue> | null;
};

export type StagedSelect = {
  /**
   * Meta columns (row blocks only); `bad` and `nulled SMALLINT[]`: lake columns whose value was not held, and those where
   * null may stand for it, or NULL; `c0`, `c1` ...
   */
  readonly sql: string;
  /** True when `bad` can be other than NULL. */
  readonly checked: boolean;
};

/** The query that reads scratch files as the lake's columns. One read with all columns: a narrower one accepts lines that the full one rejects. */
export function stageSelect(options: StageOptions): StagedSelect {
  const plans = planColumns(options);
  const checks = [...plans.filter((plan) => plan.check !== null), ...omissions(options)];
  const { bad, nulled } = faults(options, checks);
  const meta = options.format === 'block' ? ['op', 'lsn', 'ordinal', 'time', 'xid', 'unchanged'] : [];
  const metaValues = meta.map((name) => (name === 'unchanged' ? `${unchangedColumns(options)} AS unchanged` : name));
  if (options.hasOmitted) metaValues.push(`${omittedColumns(options)} AS omitted`);
  const values = plans.map((plan) => `${plan.value} AS c${plan.index}`);
  const texts = plans.flatMap((plan) => (plan.check === null ? [] : [plan.text]));
  const inner = `SELECT ${[...metaValues, ...texts, ...values].join(', ')} FROM ${readText(options)}`;
  const outer = [...meta, `${bad} AS bad`, `${nulled} AS nulled`, ...plans.map((plan) => `c${plan.index}`)];
  return { sql: `SELECT ${outer.join(', ')} FROM (${inner})`, checked: checks.length > 0 };
}

/** The doubts that the table's typed columns have, to look for in the bytes before choosing how to read them. */
export function doubtsOf({ lake, schema }: Pick<StageOptions, 'lake' | 'schema'>): Set<Doubt> {
  const doubts = new Set<Doubt>();
  for (const column of lake.columns) {
    const source = schema.columns.find(({ attnum }) => attnum === column.attnum);
    const read = source ? exactRead(source.type, column.type) : null;
    for (const doubt of read?.doubts ?? []) doubts.add(doubt);
  }
  return doubts;
}

/**
 * Null may stand where the column's policy says so, and everywhere but in the key of a delete, whose other values no row
 * of the lake will show. An UPDATE after the load could not do this: it would move rows and so change the stream order.
 */
function faults({ lake, format }: StageOptions, checks: readonly Check[]): { bad: string; nulled: string } {
  const isDelete = format === 'block' ? `op IN ('d', 'D')` : 'false';
  const listed = (tests: readonly { test: string; index: number }[]) =>
    tests.length === 0
      ? 'CAST(NULL AS SMALLINT[])'
      : `CASE WHEN ${tests.map(({ test }) => test).join(' OR ')} THEN CAST(list_filter([${tests
          .map(({ test, index }) => `CASE WHEN ${test} THEN ${index} END`)
          .join(', ')}], lambda i: i IS NOT NULL) AS SMALLINT[]) END`;
  const split = checks.map(({ index, check }) => {
    const column = lake.columns[index];
    if (lake.keyFieldIds.includes(column?.fieldId ?? -1)) return { index, bad: check, nulled: null };
    if (column?.policy === 'null') return { index, bad: null, nulled: check };
    return { index, bad: `(${check} AND NOT ${isDelete})`, nulled: `(${check} AND ${isDelete})` };
  });
  const of = (kind: 'bad' | 'nulled') =>
    split.flatMap((fault) => (fault[kind] === null ? [] : [{ test: fault[kind], index: fault.index }]));
  return { bad: listed(of('bad')), nulled: listed(of('nulled')) };
}

type ColumnPlan = { index: number; text: string; value: string; check: string | null };
type Check = Pick<ColumnPlan, 'index' | 'check'>;

/** A value that was left out is one that the lake does not hold. */
const omissions = ({ lake, schema, hasOmitted }: StageOptions): Check[] =>
  hasOmitted
    ? lake.columns.flatMap(({ attnum }, index) =>
        schema.columns.some((column) => column.attnum === attnum)
          ? [{ index, check: `coalesce(list_contains(omitted, ${index}), false)` }]
          : [],
      )
    : [];

function planColumns({ lake, schema, careful, large }: StageOptions): ColumnPlan[] {
  return lake.columns.map((column, index) => {
    const at = column.attnum === null ? -1 : schema.columns.findIndex(({ attnum }) => attnum === column.attnum);
    const source = schema.columns[at];
    const text = `s${at}`;
    if (!source) return { index, text, value: `CAST(NULL AS ${lakeSqlType(column.type)})`, check: null };
    if (column.type === 'string') return { index, text, value: text, check: null };
    if (!careful && exactRead(source.type, column.type)) return { index, text, value: text, check: null };
    if (large?.get(at)?.isBytes) return { index, text, value: text, check: null };
    const value = convertText({ text, source: source.type, lake: column.type });
    // PostgreSQL's hex output always fits a binary: only a careful read looks twice.
    const trusted = !careful && source.type.kind === 'bytea' && column.type === 'binary';
    if (trusted) return { index, text, value: `unhex(substr(${text}, 3))`, check: null };
    return { index, text, value, check: `(${text} IS NOT NULL AND c${index} IS NULL)` };
  });
}

/** The block's indexes into the source's columns as indexes into the lake's. */
function unchangedColumns(options: StageOptions): string {
  const listed = `string_split(unchanged, ';')`;
  const sent = options.hasOmitted ? `list_filter(${listed}, lambda i: NOT ends_with(i, '!'))` : listed;
  return `CASE WHEN unchanged IS NOT NULL THEN nullif(${lakeIndexes(options, sent)}, CAST([] AS SMALLINT[])) END`;
}

/** The same for the values that were left out. */
function omittedColumns(options: StageOptions): string {
  const listed = options.format === 'block' ? 'unchanged' : 'substr(lead, 2)';
  const marked = `list_filter(string_split(${listed}, ';'), lambda i: ends_with(i, '!'))`;
  return `CASE WHEN contains(${listed}, '!') THEN ${lakeIndexes(options, `list_transform(${marked}, lambda i: rtrim(i, '!'))`)} END`;
}

function lakeIndexes({ lake, schema }: StageOptions, texts: string): string {
  const places = schema.columns.map(({ attnum }) => lake.columns.findIndex((column) => column.attnum === attnum));
  const map = `[${places.map((place) => (place < 0 ? 'NULL' : place)).join(', ')}]`;
  return `CAST(list_filter(list_transform(${texts}, lambda i: ${map}[CAST(i AS INTEGER) + 1]), lambda i: i IS NOT NULL)
    AS SMALLINT[])`;
}

/** The lines as columns, with the values that were taken out of them. */
function readText(options: StageOptions): string {
  const values = [...(options.large ?? [])].map(
    ([at, { path, isBytes }]) =>
      `(SELECT content FROM ${isBytes ? 'read_blob' : 'read_text'}(${literal(path)})) AS s${at}`,
  );
  return values.length === 0 ? readCsv(options) : `(SELECT * REPLACE (${values.join(', ')}) FROM ${readCsv(options)})`;
}

function readCsv(options: StageOptions): string {
  const { lake, schema, format, careful } = options;
  const lead = { block: META_COLUMNS, 'copy-text': [], 'copy-csv': ['lead'] }[format] as readonly string[];
  const columns = [
    ...lead.map((name) => `${literal(name)}: '${META_TYPES[name] ?? 'VARCHAR'}'`),
    ...schema.columns.map((column, at) => `'s${at}': '${careful ? 'VARCHAR' : readType(lake, column)}'`),
  ];
  return `read_csv([${options.paths.map(literal).join(', ')}], ${[
    `columns = {${columns.join(', ')}}`,
    'auto_detect = false',
    'header = false',
    // A carriage return in the first row would otherwise become the line end, and quoted empty texts NULL.
    `new_line = '\\n'`,
    'allow_quoted_nulls = false',
    ...(format === 'copy-text'
      ? [`delim = '\\t'`, `quote = ''`, `escape = ''`, `nullstr = '\\N'`]
      : [`delim = ','`, `quote = '"'`, `escape = '"'`, `nullstr = ''`]),
    ...(careful
      ? [
          `max_line_size = ${LINE_BYTES_MAX}`,
          `buffer_size = ${LINE_BYTES_MAX * 2}`,
          'store_rejects = true',
          `rejects_table = '${options.rejects}_errors'`,
          `rejects_scan = '${options.rejects}_scans'`,
        ]
      : ['max_line_size = 2000000', 'buffer_size = 8000000']),
  ].join(', ')})`;
}

const META_TYPES: Partial<Record<string, string>> = {
  lsn: 'UBIGINT',
  ordinal: 'BIGINT',
  time: 'BIGINT',
  xid: 'UBIGINT',
};

function readType(lake: LakeTable, source: SourceColumn): string {
  // Several lake columns may take one source column; then all of them must agree on the typed read.
  const types = lake.columns
    .filter((column) => column.attnum === source.attnum)
    .map((column) => exactRead(source.type, column.type)?.sqlType ?? 'VARCHAR');
  return types[0] !== undefined && types.every((type) => type === types[0]) ? types[0] : 'VARCHAR';
}
