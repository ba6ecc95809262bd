import { LINE_BYTES_MAX } from './large-rows.ts';
import { isWide } from './row-width.ts';

/** Lines of COPY's text format that are treated alike. */
export type CopyLines = {
  readonly bytes: Buffer;
  /** One line that is very long, or that lacks values because its row is too large. */
  readonly isApart: boolean;
};

/** Divides whole lines into runs of ordinary ones and single ones that need care, in order. */
export function* copyLines(piece: Buffer): Generator<CopyLines> {
  if (piece.length <= LINE_BYTES_MAX && omittedAt(piece, 0, piece.length) < 0) {
    yield { bytes: piece, isApart: false };
    return;
  }
  let from = 0;
  for (let start = 0; start < piece.length; ) {
    const feed = piece.indexOf(LINE_FEED, start);
    const end = feed < 0 ? piece.length : feed + 1;
    const isApart = end - start > LINE_BYTES_MAX || omittedAt(piece, start, end) >= 0;
    if (start > from && (isApart || end - from > LINE_BYTES_MAX)) {
      yield { bytes: piece.subarray(from, start), isApart: false };
      from = start;
    }
    if (isApart) {
      yield { bytes: piece.subarray(start, end), isApart };
      from = end;
    }
    start = end;
  }
  if (from < piece.length) yield { bytes: piece.subarray(from), isApart: false };
}

/** Takes the marks of values that were left out from a line, as NULLs, and returns the indexes of their fields. */
export function takeOmitted(line: Buffer): number[] {
  const omitted: number[] = [];
  let field = 0;
  let counted = 0;
  for (let at = omittedAt(line, 0, line.length); at >= 0; at = omittedAt(line, at, line.length)) {
    for (let tab = line.indexOf(TAB, counted); tab >= 0 && tab < at; tab = line.indexOf(TAB, tab + 1)) field += 1;
    counted = at;
    omitted.push(field);
    line[at + 1] = CAPITAL_N;
  }
  return omitted;
}

/** Where the next field `\\O` is, which PostgreSQL does not send and a source's reader puts in; -1 when there is none. */
function omittedAt(bytes: Buffer, start: number, end: number): number {
  for (let at = bytes.indexOf('\\O', start); at >= 0 && at < end; at = bytes.indexOf('\\O', at + 2)) {
    if (at === 0 || bytes[at - 1] === TAB || bytes[at - 1] === LINE_FEED) return at;
  }
  return -1;
}

const SAMPLE_BYTES = 64 * 1024;

/** Bytes of a line, on average, by the first ones. */
export function lineBytes(lines: Buffer): number {
  const sample = Math.min(lines.length, SAMPLE_BYTES);
  let count = 0;
  for (let at = lines.indexOf(LINE_FEED); at >= 0 && at < sample; at = lines.indexOf(LINE_FEED, at + 1)) count += 1;
  return count === 0 ? lines.length : sample / count;
}

export const hasWideLines = (lines: Buffer): boolean => isWide({ rows: 1, bytes: lineBytes(lines) });

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CAPITAL_N = 0x4e;
