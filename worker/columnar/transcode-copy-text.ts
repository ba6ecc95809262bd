import { COPY_LEAD } from './large-rows.ts';

/** How many NULLs the lines hold, if the only backslashes are those of `\N`: such lines need no decoding. Null if not. */
export function nullsInPlainText(lines: Buffer): number | null {
  let nulls = 0;
  for (let at = lines.indexOf(BACKSLASH); at >= 0; at = lines.indexOf(BACKSLASH, at + 1)) {
    if (lines[at + 1] !== CAPITAL_N) return null;
    nulls += 1;
  }
  return nulls;
}

/**
 * Whole lines of COPY's text format (manual: COPY, Text Format) as CSV with the constant field `x` in front, every value
 * in quotes and NULL as nothing. The constant keeps empty lines of one-column tables and a leading U+FEFF. The result
 * lies in `room` when that is large enough: new buffers of megabytes cost whole collections.
 */
export function transcodeCopyText(
  lines: Buffer,
  room: Buffer = EMPTY,
  bytesMax: number = transcodedBytesMax(lines),
): Buffer {
  const out = room.length >= bytesMax ? room : Buffer.allocUnsafeSlow(bytesMax);
  const end = lines.length;
  let to = 0;
  let at = 0;
  while (at < end) {
    out[to++] = LEAD;
    for (let delimiter = TAB; delimiter === TAB; ) {
      out[to++] = COMMA;
      if (lines[at] === BACKSLASH && lines[at + 1] === CAPITAL_N && isFieldEnd(lines[at + 2])) {
        at += 2;
      } else {
        out[to++] = QUOTE;
        while (at < end) {
          let byte = lines[at] as number;
          if (byte === TAB || byte === LINE_FEED) break;
          at += 1;
          if (byte === BACKSLASH) {
            const letter = LETTERS[lines[at] ?? BACKSLASH] as number;
            if (letter !== 0) {
              byte = letter;
              at += 1;
            } else {
              const decoded = readEscape(lines, at);
              byte = decoded.byte;
              at = decoded.next;
            }
          }
          if (byte === QUOTE) out[to++] = QUOTE;
          out[to++] = byte;
        }
        out[to++] = QUOTE;
      }
      delimiter = lines[at++] ?? LINE_FEED;
    }
    out[to++] = LINE_FEED;
  }
  return out.subarray(0, to);
}

/** At worst each byte is a doubled quote, or a whole line is one feed: `x,""` and the feed. */
const transcodedBytesMax = (lines: Buffer): number => lines.length * 6 + 8;

/** What follows a backslash at `at`, if it is no letter: up to three octal digits, `x` and hex, or itself. */
function readEscape(lines: Buffer, at: number): { byte: number; next: number } {
  const byte = lines[at] ?? BACKSLASH;
  const text = lines.toString('latin1', at, at + 3);
  const octal = /^[0-7]{1,3}/.exec(text)?.[0];
  if (octal) return { byte: Number.parseInt(octal, 8) & 0xff, next: at + octal.length };
  const hex = /^x([0-9a-fA-F]{1,2})/.exec(text)?.[1];
  if (hex) return { byte: Number.parseInt(hex, 16), next: at + 1 + hex.length };
  return { byte, next: at + 1 };
}

const isFieldEnd = (byte: number | undefined): boolean => byte === undefined || byte === TAB || byte === LINE_FEED;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const CAPITAL_N = 0x4e;
const LEAD = COPY_LEAD.charCodeAt(0);
const EMPTY = Buffer.alloc(0);
/** By the letter behind a backslash, the byte that it stands for; 0 where there is none. */
const LETTERS = new Uint8Array(256);
for (const [letter, byte] of [
  [BACKSLASH, BACKSLASH],
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x76, 0x0b],
] as const) {
  LETTERS[letter] = byte;
}
