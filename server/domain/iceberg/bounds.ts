import type { PrimitiveType } from './schema.ts';
import { encodeSingleValue, kindOf, type SingleValue } from './single-value.ts';

/** Code points of a string, or bytes of a binary, that a bound keeps: Iceberg's default metrics mode, `truncate(16)`. */
export const BOUND_UNITS_MAX = 16;

/**
 * A column's lower bound as a manifest carries it: not above any value of the file; strings and binaries cut to a
 * prefix. Null when the value cannot be a bound (NaN).
 */
export function lowerBound(type: PrimitiveType, min: SingleValue): Buffer | null {
  if (typeof min === 'number' && Number.isNaN(min)) return null;
  if (typeof min === 'string' && type === 'string') return encodeSingleValue(type, truncateStringLower(min));
  if (Buffer.isBuffer(min)) return min.subarray(0, BOUND_UNITS_MAX);
  return encodeSingleValue(type, isFloating(type) && min === 0 ? -0 : min);
}

/** Like `lowerBound`, not below any value. Null also when no short enough prefix can be raised (all 0xFF, all U+10FFFF). */
export function upperBound(type: PrimitiveType, max: SingleValue): Buffer | null {
  if (typeof max === 'number' && Number.isNaN(max)) return null;
  if (typeof max === 'string' && type === 'string') {
    const cut = truncateStringUpper(max);
    return cut === null ? null : encodeSingleValue(type, cut);
  }
  if (Buffer.isBuffer(max)) return truncateBinaryUpper(max);
  return encodeSingleValue(type, isFloating(type) && max === 0 ? 0 : max);
}

/** The first `unitsMax` code points: sorts at or before the text. */
export function truncateStringLower(text: string, unitsMax = BOUND_UNITS_MAX): string {
  return text.length <= unitsMax ? text : [...text.slice(0, unitsMax * 2)].slice(0, unitsMax).join('');
}

/** A text of at most `unitsMax` code points that sorts at or after `text` in UTF-8 order; null when there is none. */
export function truncateStringUpper(text: string, unitsMax = BOUND_UNITS_MAX): string | null {
  const prefix = [...text.slice(0, (unitsMax + 1) * 2)];
  if (prefix.length <= unitsMax) return text;
  for (let last = unitsMax - 1; last >= 0; last -= 1) {
    const next = nextCodePoint(prefix[last]?.codePointAt(0) ?? MAX_CODE_POINT);
    if (next !== null) return prefix.slice(0, last).join('') + String.fromCodePoint(next);
  }
  return null;
}

/** At most `unitsMax` bytes that sort at or after `bytes`; null when there are none. */
export function truncateBinaryUpper(bytes: Buffer, unitsMax = BOUND_UNITS_MAX): Buffer | null {
  if (bytes.length <= unitsMax) return bytes;
  for (let last = unitsMax - 1; last >= 0; last -= 1) {
    const value = bytes[last] ?? 0xff;
    if (value < 0xff) return Buffer.concat([bytes.subarray(0, last), Buffer.from([value + 1])]);
  }
  return null;
}

const MAX_CODE_POINT = 0x10ffff;

/** The following code point that UTF-8 can carry: surrogates are not characters. */
function nextCodePoint(codePoint: number): number | null {
  if (codePoint >= MAX_CODE_POINT) return null;
  return codePoint + 1 === 0xd800 ? 0xe000 : codePoint + 1;
}

const isFloating = (type: PrimitiveType): boolean => ['float', 'double'].includes(kindOf(type));
