import type { PrimitiveType } from '@/server/domain/iceberg/schema.ts';
import type { SingleValue } from '@/server/domain/iceberg/single-value.ts';
import { AppError } from '@/server/errors/app-error.ts';

/** A minimum or maximum as DuckDB's RETURN_STATS prints it. Dates and timestamps are within the years 0001 to 9999. */
export function parseStatistic(type: PrimitiveType, text: string): SingleValue {
  switch (type) {
    case 'boolean':
      return text === '1' || text === 'true';
    case 'int':
      return Number(text);
    case 'long':
      return BigInt(text);
    case 'float':
    case 'double':
      return floating(text);
    case 'date':
      return Number(microseconds(`${text} 00:00:00`) / DAY_US);
    case 'time':
      return microseconds(`1970-01-01 ${text}`);
    case 'timestamp':
    case 'timestamptz':
      return microseconds(text);
    case 'string':
    case 'uuid':
      return text;
    case 'binary':
      return Buffer.from(text, 'hex');
    default:
      return BigInt(text.replace('.', ''));
  }
}

const DAY_US = 86_400_000_000n;

function floating(text: string): number {
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  return text === '-inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

/** Microseconds since 1970 of `2020-01-02 03:04:05.123456` with or without `+00`. */
function microseconds(text: string): bigint {
  const match = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:\+00)?$/.exec(text);
  if (!match) throw new AppError('COLUMNAR_FAILED', 'a date or timestamp is outside the years 0001 to 9999');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  // Date.UTC takes years below 100 for the 20th century.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return BigInt(date.getTime()) * 1000n + BigInt((match[7] ?? '').padEnd(6, '0'));
}
