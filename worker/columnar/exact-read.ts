import type { Type } from '@/server/domain/iceberg/schema.ts';
import type { ValueType } from '@/server/domain/value-type.ts';
import { decimalOf, lakeSqlType } from './lake-sql-type.ts';

/** Texts that a typed CSV read gets wrong or stumbles over. Bytes that hold none of them are read typed, at full speed. */
export type Doubt = 'era' | 'infinite' | 'far-year' | 'midnight' | 'not-a-number';

export type ExactRead = { readonly sqlType: string; readonly doubts: readonly Doubt[] };

/**
 * The type to read a column as straight from the CSV, when that is exact for every text without one of its doubts;
 * null when each text has to be looked at.
 */
export function exactRead(source: ValueType, lake: Type): ExactRead | null {
  if (lake === 'string') return { sqlType: 'VARCHAR', doubts: [] };
  const sqlType = lakeSqlType(lake);
  switch (source.kind) {
    case 'boolean':
    case 'uuid':
      return lake === source.kind ? { sqlType, doubts: [] } : null;
    case 'int2':
    case 'int4':
      return lake === 'int' || lake === 'long' ? { sqlType, doubts: [] } : null;
    case 'int8':
    case 'oid':
      return lake === 'long' ? { sqlType, doubts: [] } : null;
    case 'float4':
      return lake === 'float' || lake === 'double' ? { sqlType, doubts: [] } : null;
    case 'float8':
      return lake === 'double' ? { sqlType, doubts: [] } : null;
    case 'numeric': {
      const decimal = decimalOf(lake);
      const fits =
        decimal !== null &&
        source.scale >= 0 &&
        source.scale <= decimal.scale &&
        source.precision - source.scale <= decimal.precision - decimal.scale;
      return fits ? { sqlType, doubts: ['not-a-number'] } : null;
    }
    case 'time':
      return lake === 'time' ? { sqlType, doubts: ['midnight'] } : null;
    case 'date':
    case 'timestamp':
      return lake === source.kind ? { sqlType, doubts: ['era', 'infinite'] } : null;
    case 'timestamptz':
      return lake === 'timestamptz' ? { sqlType, doubts: ['era', 'infinite', 'far-year'] } : null;
    case 'text':
    case 'bytea':
    case 'array':
      return null;
  }
}

/**
 * What a typed read gets wrong without a trace. Of the others it fails, writes a bound out of range, or reads NULL where
 * the text has none: who counts NULLs, and looks at the bounds, need not search for them.
 */
export const SILENT_DOUBTS: readonly Doubt[] = ['era', 'midnight'];

/**
 * Whether whole lines hold a text in doubt. Wrong alarms (a comment with "infinity" in it) only cost speed. Years above
 * 9999 are not searched for: they are found by range after the load, but for those that DuckDB reads as NULL. The
 * searched texts begin with rare letters, which makes the search several times faster.
 */
export function hasDoubt(bytes: Buffer, doubts: ReadonlySet<Doubt>): boolean {
  if (doubts.has('not-a-number') && bytes.includes('NaN')) return true;
  if (doubts.has('midnight') && bytes.includes('24:00:00')) return true;
  if (doubts.has('infinite') && bytes.includes('finity')) return true;
  if (doubts.has('era') && hasEra(bytes)) return true;
  return doubts.has('far-year') && hasFarYear(bytes);
}

/** ` BC` behind a date. */
function hasEra(bytes: Buffer): boolean {
  for (let at = bytes.indexOf('BC'); at >= 0; at = bytes.indexOf('BC', at + 2)) {
    if (bytes[at - 1] === 0x20) return true;
  }
  return false;
}

/** Years 294247 to 294276, the last that PostgreSQL has. */
function hasFarYear(bytes: Buffer): boolean {
  for (let at = bytes.indexOf('2942'); at >= 0; at = bytes.indexOf('2942', at + 4)) {
    if (bytes[at + 6] === 0x2d && /^\d\d$/.test(bytes.toString('latin1', at + 4, at + 6))) return true;
  }
  return false;
}
