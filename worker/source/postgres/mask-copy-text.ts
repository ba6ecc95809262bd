import type { SourceColumn } from '@/server/domain/table-schema.ts';
import { OMITTED_FIELD } from './condense-message.ts';
import { type Masker, maskerOf } from './mask-value.ts';

/** The maskers by place of the column; null when there is nothing to mask. */
export function maskersOf(columns: readonly SourceColumn[], salt: Buffer | null): (Masker | null)[] | null {
  if (!columns.some(({ mask }) => mask !== undefined)) return null;
  if (!salt) throw new TypeError('masked columns need the salt of their pipeline');
  return columns.map(({ mask }) => (mask === undefined ? null : maskerOf(mask, salt)));
}

/** COPY's text format with the values of some columns masked. Buffers hold whole lines; a line feed always ends a row. */
export async function* maskCopyText(
  buffers: AsyncIterable<Buffer>,
  maskers: readonly (Masker | null)[],
): AsyncGenerator<Buffer> {
  for await (const bytes of buffers) yield maskLines(bytes, maskers);
}

export function maskLines(bytes: Buffer, maskers: readonly (Masker | null)[]): Buffer {
  const parts: Buffer[] = [];
  let kept = 0;
  let column = 0;
  let start = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== TAB && byte !== LF) continue;
    const masker = maskers[column];
    if (masker && !isNull(bytes, start, at) && !isOmitted(bytes, start, at)) {
      parts.push(bytes.subarray(kept, start), escapeField(masker(unescapeField(bytes.subarray(start, at)))));
      kept = at;
    }
    column = byte === LF ? 0 : column + 1;
    start = at + 1;
  }
  parts.push(bytes.subarray(kept));
  return Buffer.concat(parts);
}

const TAB = 0x09;
const LF = 0x0a;
const BACKSLASH = 0x5c;
const isNull = (bytes: Buffer, start: number, end: number): boolean =>
  end - start === 2 && bytes[start] === BACKSLASH && bytes[start + 1] === 0x4e;

/** What the server writes behind a backslash (manual: COPY, Text Format); any other character stands for itself. */
const ESCAPES: readonly (readonly [letter: number, byte: number])[] = [
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, LF],
  [0x72, 0x0d],
  [0x74, TAB],
  [0x76, 0x0b],
  [BACKSLASH, BACKSLASH],
];
const BYTE_OF = new Map(ESCAPES);
const LETTER_OF = new Map(ESCAPES.map(([letter, byte]) => [byte, letter]));

function unescapeField(field: Buffer): Buffer {
  if (!field.includes(BACKSLASH)) return field;
  const out = Buffer.allocUnsafe(field.length);
  let to = 0;
  for (let at = 0; at < field.length; at++) {
    const byte = field[at] as number;
    const escaped = byte === BACKSLASH ? (field[++at] ?? BACKSLASH) : byte;
    out[to++] = byte === BACKSLASH ? (BYTE_OF.get(escaped) ?? escaped) : byte;
  }
  return out.subarray(0, to);
}

function escapeField(value: Buffer): Buffer {
  const out = Buffer.allocUnsafe(2 * value.length);
  let to = 0;
  for (const byte of value) {
    const letter = LETTER_OF.get(byte);
    if (letter !== undefined) out[to++] = BACKSLASH;
    out[to++] = letter ?? byte;
  }
  return out.subarray(0, to);
}

/** A value that was left out because its row is too large has nothing to hide. */
const isOmitted = (bytes: Buffer, start: number, end: number): boolean =>
  end - start === OMITTED_FIELD.length && bytes.toString('latin1', start, end) === OMITTED_FIELD;
