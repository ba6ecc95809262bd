import { randomUUID } from 'node:crypto';
import { stringify } from 'lossless-json';

/**
 * Parses Iceberg JSON (table metadata, REST catalog bodies) without losing digits. One rule decides the type of a whole
 * number: under a property that the specification declares 64 bits wide (INT64_PROPERTIES) it is a bigint, always;
 * anywhere else it is a number while that is exact and a bigint beyond. Throws SyntaxError on malformed text.
 *
 * The metadata of a busy table has half a megabyte and is read with every commit: the engine's own parser does the work, on
 * a text in which the few integers that it would round are strings.
 */
export function parseJson(text: string): unknown {
  return widen(JSON.parse(quoteLongIntegers(text)), false);
}

/** Prints what parseJson gave, digit for digit. Properties whose value is undefined are left out. */
export function stringifyJson(value: unknown): string {
  const text = stringify(value);
  if (text === undefined) throw new TypeError('the value has no JSON form');
  return text;
}

/** Longs of the specification (table-metadata JSON and the REST catalog's schemas), wherever they occur. */
const INT64_PROPERTIES: ReadonlySet<string> = new Set([
  'snapshot-id',
  'parent-snapshot-id',
  'current-snapshot-id',
  'snapshot-ids',
  'sequence-number',
  'last-sequence-number',
  'timestamp-ms',
  'last-updated-ms',
  'first-row-id',
  'added-rows',
  'next-row-id',
  'max-snapshot-age-ms',
  'max-ref-age-ms',
  'file-size-in-bytes',
  'file-footer-size-in-bytes',
]);

/** Begins the strings that stand for integers; no text from outside can know it. */
const MARK = `${randomUUID()}:`;
/** Every integer of at most 15 digits is exact as a number. Digits of a fraction or an exponent are none, and a name must not become one by quotes. */
const LONG_INTEGER = /(?<![\d.eE+-])-?[1-9]\d{15,}(?![\d.eE]|\s*:)/g;
const LONG_DIGITS = 16;
const BACKSLASH = 0x5c;

/** Goes from string to string and looks at what stands between them. Malformed text is left to the parser. */
function quoteLongIntegers(text: string): string {
  let done = '';
  let kept = 0;
  let at = 0;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    const end = quote === -1 ? text.length : quote;
    if (end - at >= LONG_DIGITS) {
      const between = text.slice(at, end);
      const marked = between.replace(LONG_INTEGER, (digits) => `"${MARK}${digits}"`);
      if (marked !== between) {
        done += text.slice(kept, at) + marked;
        kept = end;
      }
    }
    at = quote === -1 ? end : endOfString(text, quote);
  }
  return done === '' ? text : done + text.slice(kept);
}

/** Behind the quote that closes the string which opens at `open`: one that an even number of backslashes precedes. */
function endOfString(text: string, open: number): number {
  for (let at = open + 1; ; at++) {
    at = text.indexOf('"', at);
    if (at === -1) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at + 1;
  }
}

/** Gives integers their types, in place. `isInt64` holds for the elements of a list, too. */
function widen(value: unknown, isInt64: boolean): unknown {
  if (typeof value === 'number') return isInt64 && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string') return value.startsWith(MARK) ? integer(value.slice(MARK.length), isInt64) : value;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) value[at] = widen(value[at], isInt64);
  } else if (typeof value === 'object' && value !== null) {
    const record = value as Record<string, unknown>;
    for (const name of Object.keys(record)) {
      const before = record[name];
      const after = widen(before, INT64_PROPERTIES.has(name));
      if (after !== before) record[name] = after;
    }
  }
  return value;
}

function integer(digits: string, isInt64: boolean): number | bigint {
  const exact = BigInt(digits);
  return !isInt64 && exact >= Number.MIN_SAFE_INTEGER && exact <= Number.MAX_SAFE_INTEGER ? Number(exact) : exact;
}
