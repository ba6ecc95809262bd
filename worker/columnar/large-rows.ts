import { type FileHandle, open } from 'node:fs/promises';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import { META_COLUMNS, markOmitted } from '@/server/domain/row-block.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { csvRecords, type FieldSpan, fieldSpans } from './csv-record.ts';

/** Longer lines do not go through the CSV reader, whose buffers are a multiple of its longest line. */
export const LINE_BYTES_MAX = 8 * 1024 * 1024;
/** What a row may take in the lake: writing one takes four times as much. A larger row is parked without its long values. */
export const ROW_BYTES_MAX = 64 * 1024 * 1024;
/** What is left of a long line suits a typed read. */
const CUT_LINE_BYTES = 1024 * 1024;
/** Shorter values stay in their line. */
const VALUE_BYTES_MIN = 4 * 1024;
const PIECE_BYTES = 4 * 1024 * 1024;

/** A value that was taken out of its line: PostgreSQL's text, or the bytes that a bytea's text stands for. */
export type LargeValue = { readonly path: string; readonly isBytes: boolean };

export type LinePiece = { readonly bytes: Buffer; readonly rows: number | null; readonly isLarge: boolean };

/** Cuts a block into runs of lines and single large lines, in order. Blocks of an ordinary size are not looked at. */
export function* linePieces(bytes: Buffer, rows: number): Generator<LinePiece & { readonly rows: number }> {
  if (bytes.length <= LINE_BYTES_MAX) {
    yield { bytes, rows, isLarge: false };
    return;
  }
  let from = 0;
  let count = 0;
  for (const { start, end } of csvRecords(bytes)) {
    const isLarge = end - start > LINE_BYTES_MAX;
    if (count > 0 && (isLarge || end - from > LINE_BYTES_MAX)) {
      yield { bytes: bytes.subarray(from, start), rows: count, isLarge: false };
      from = start;
      count = 0;
    }
    if (isLarge) {
      yield { bytes: bytes.subarray(start, end), rows: 1, isLarge };
      from = end;
    } else count += 1;
  }
  if (count > 0) yield { bytes: bytes.subarray(from), rows: count, isLarge: false };
}

export type CutLine = {
  /** The line without its long values. */
  readonly line: Buffer;
  /** By index into the schema's columns. */
  readonly values: ReadonlyMap<number, LargeValue>;
  readonly hasOmitted: boolean;
};

type CutOptions = {
  readonly line: Buffer;
  readonly lake: LakeTable;
  readonly schema: TableSchema;
  /** Values that were left out already. */
  readonly omitted?: readonly number[];
};

/** Takes the long values of a line into files of their own, or out altogether when the row is too large. */
export function cutLargeLine(
  session: ColumnarSession,
  { format, ...options }: CutOptions & { readonly format: 'block' | 'copy-csv' },
): Promise<CutLine> {
  const lead = format === 'block' ? META_COLUMNS.length : 1;
  const marksAt = format === 'block' ? META_COLUMNS.indexOf('unchanged') : 0;
  const prefix = format === 'block' ? '' : COPY_LEAD;
  return cut(session, { ...options, lead, mark: { at: marksAt, prefix } });
}

/** The constant field in front of a line of a table copy; values that were left out are listed behind it. */
export const COPY_LEAD = 'x';

async function cut(
  session: ColumnarSession,
  options: CutOptions & { lead: number; mark: { at: number; prefix: string } },
): Promise<CutLine> {
  const { line, lake, schema, lead, mark, omitted: before = [] } = options;
  const fields = fieldSpans(line, 0, line.length);
  const long = longValues({ fields: fields.slice(lead), lake, schema, length: line.length });
  const values = new Map<number, LargeValue>();
  for (const { at, span, isBytes, fate } of long) {
    if (fate !== 'apart') continue;
    const path = session.scratchPath(session.newName('value'));
    await writeValue(path, line.subarray(span.start, span.end), isBytes);
    values.set(at, { path, isBytes });
  }
  const taken = new Set(long.map(({ at }) => at));
  const omitted = [...before, ...long.flatMap(({ at, fate }) => (fate === 'omitted' ? [at] : []))];
  const parts = fields.map((span, index) => {
    if (taken.has(index - lead)) return '';
    const text = line.subarray(span.start - Number(span.isQuoted), span.end + Number(span.isQuoted));
    return index === mark.at ? mark.prefix + markOmitted(text.toString().slice(mark.prefix.length), omitted) : text;
  });
  const whole = [...parts.flatMap((part, index) => (index === 0 ? [part] : [',', part])), '\n'];
  const rest = Buffer.concat(whole.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return { line: rest, values, hasOmitted: omitted.length > 0 };
}

type LongValue = {
  readonly at: number;
  readonly span: FieldSpan;
  readonly isBytes: boolean;
  /** `unused`: no column of the lake takes it. */
  readonly fate: 'apart' | 'omitted' | 'unused';
};

/** The values to take out, largest first, until what stays is an ordinary line. */
function longValues(options: {
  fields: readonly FieldSpan[];
  lake: LakeTable;
  schema: TableSchema;
  length: number;
}): LongValue[] {
  const { fields, lake, schema, length } = options;
  const bySize = fields
    .map((span, at) => ({ span, at, size: span.end - span.start }))
    .filter(({ size }) => size >= VALUE_BYTES_MIN)
    .sort((a, b) => b.size - a.size);
  let left = length;
  if (length <= LINE_BYTES_MAX) return [];
  const taken = bySize.filter(({ size }) => {
    const isTaken = left > CUT_LINE_BYTES;
    if (isTaken) left -= size;
    return isTaken;
  });
  const sized = taken.map(({ at, span, size }) => {
    const source = schema.columns[at];
    const takers = lake.columns.filter(({ attnum }) => attnum !== null && attnum === source?.attnum);
    const isBytes = source?.type.kind === 'bytea' && takers.every(({ type }) => type === 'binary');
    return { at, span, isBytes, stored: takers.length === 0 ? 0 : isBytes ? size / 2 : size };
  });
  const isTooLarge = sized.reduce((sum, { stored }) => sum + stored, 0) > ROW_BYTES_MAX;
  return sized.map(({ stored, ...value }) => ({
    ...value,
    fate: stored === 0 ? 'unused' : isTooLarge ? 'omitted' : 'apart',
  }));
}

/** Piece by piece: the decoded value is never in memory. */
async function writeValue(path: string, field: Buffer, isBytes: boolean): Promise<void> {
  const file = await open(path, 'wx');
  try {
    if (isBytes) await writeHex(file, field);
    else await writeUnquoted(file, field);
  } finally {
    await file.close();
  }
}

async function writeHex(file: FileHandle, field: Buffer): Promise<void> {
  for (let at = 2; at < field.length; at += PIECE_BYTES) {
    await file.writeFile(Buffer.from(field.toString('latin1', at, Math.min(at + PIECE_BYTES, field.length)), 'hex'));
  }
}

async function writeUnquoted(file: FileHandle, field: Buffer): Promise<void> {
  const room = Buffer.allocUnsafe(PIECE_BYTES);
  let length = 0;
  for (let from = 0; from < field.length; ) {
    const quote = field.indexOf(QUOTE, from);
    const end = Math.min(quote < 0 ? field.length : quote + 1, from + room.length - length);
    length += field.copy(room, length, from, end);
    // Behind a quote that was copied comes its double.
    from = end === quote + 1 && quote >= 0 ? end + 1 : end;
    if (length < room.length && from < field.length) continue;
    await file.writeFile(room.subarray(0, length));
    length = 0;
  }
}

const QUOTE = 0x22;
