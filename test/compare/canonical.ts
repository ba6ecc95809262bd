import type { Type } from './iceberg-types.ts';
import { parseArray } from './parse-array.ts';

/**
 * One text per value, the same for both sides: what PostgreSQL's output function prints under pinned settings, and what
 * a Parquet reader returns for the Iceberg type. Equal texts mean equal values, bit for bit where the type has bits.
 */
export function canonicalSource(text: string | null, type: Type): string | null {
  if (text === null) return null;
  if (typeof type === 'object') {
    if (type.type !== 'list') throw new Error(`no canonical form for ${type.type}`);
    return JSON.stringify(parseArray(text).map((item) => canonicalSource(item, type.element)));
  }
  const decimal = decimalScale(type);
  if (decimal !== undefined) return unscaled(text, decimal).toString();
  switch (type) {
    case 'boolean':
      return text === 't' ? 'true' : 'false';
    case 'int':
    case 'long':
      return BigInt(text).toString();
    case 'float':
      return float(Math.fround(sourceNumber(text)));
    case 'double':
      return float(sourceNumber(text));
    case 'date':
      return daysOf(text).toString();
    case 'time':
      return clockMicros(text).toString();
    case 'timestamp':
    case 'timestamptz':
      return instantMicros(text).toString();
    case 'uuid':
      return text.replaceAll('-', '');
    case 'binary':
      return text.replace(/^\\x/, '');
    case 'string':
      return text;
    default:
      throw new Error(`no canonical form for ${type}`);
  }
}

/** @param value as read by `readParquet`: unscaled integers, days, microseconds, raw bytes */
export function canonicalLake(value: unknown, type: Type): string | null {
  if (value === null || value === undefined) return null;
  if (typeof type === 'object') {
    if (type.type !== 'list' || !Array.isArray(value)) throw new Error(`not a list: ${type.type}`);
    return JSON.stringify(value.map((item) => canonicalLake(item, type.element)));
  }
  if (typeof value === 'boolean' || typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') {
    if (type === 'float') return float(Math.fround(value));
    return type === 'double' ? float(value) : BigInt(value).toString();
  }
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return decimalScale(type) === undefined ? bytes.toString('hex') : signed(bytes).toString();
  }
  if (typeof value === 'string') return type === 'uuid' ? value.replaceAll('-', '') : value;
  throw new Error(`no canonical form for a ${typeof value} of type ${type}`);
}

function decimalScale(type: Type): number | undefined {
  const match = typeof type === 'string' ? /^decimal\(\d+, ?(\d+)\)$/.exec(type) : null;
  return match ? Number(match[1]) : undefined;
}

function unscaled(text: string, scale: number): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  if (fraction.length > scale) throw new Error('more digits after the point than the lake type has');
  return BigInt(whole + fraction.padEnd(scale, '0'));
}

const signed = (bytes: Buffer): bigint =>
  bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));

const sourceNumber = (text: string): number => (text === 'NaN' ? Number.NaN : Number(text));

const float = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

/** Days since 1970-01-01 in the proleptic Gregorian calendar, for years that Date does not reach too. */
function daysOf(text: string): bigint {
  const match = /^(\d+)-(\d\d)-(\d\d)( BC)?$/.exec(text);
  if (!match) throw new Error('not a finite date');
  const year = match[4] ? 1 - Number(match[1]) : Number(match[1]);
  const era = Math.floor(year / 400);
  // Date.UTC reads years below 100 as 19xx; 2000 to 2399 have the same calendar as any other 400 years.
  const days = Date.UTC(2000 + (year - era * 400), Number(match[2]) - 1, Number(match[3])) / 86_400_000;
  return BigInt(days) + BigInt(era - 5) * 146_097n;
}

function clockMicros(text: string): bigint {
  const match = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) throw new Error('not a time of day');
  const seconds = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]);
  return BigInt(seconds) * 1_000_000n + BigInt((match[4] ?? '').padEnd(6, '0'));
}

function instantMicros(text: string): bigint {
  const match = /^(\S+) ([\d:.]+)(?:\+00)?( BC)?$/.exec(text);
  if (!match) throw new Error('not a finite timestamp in UTC');
  return daysOf(`${match[1]}${match[3] ?? ''}`) * 86_400_000_000n + clockMicros(match[2] ?? '');
}
