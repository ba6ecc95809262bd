import type { DataFile } from '@/server/domain/iceberg/data-file.ts';
import type { PrimitiveType } from '@/server/domain/iceberg/schema.ts';
import { compareSingleValues, decodeSingleValue, type SingleValue } from '@/server/domain/iceberg/single-value.ts';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import type { KeyRange } from '@/server/domain/verification.ts';
import type { ColumnarSession } from './columnar-session.ts';
import type { Folded } from './fold.ts';
import { boundValue, firstKey } from './key-bounds.ts';
import { isList } from './lake-sql-type.ts';
import { parseStatistic } from './parse-statistic.ts';

/** A span of the key's first column; null is open. */
export type KeySpan = {
  readonly fieldId: number;
  readonly type: PrimitiveType;
  readonly min: SingleValue | null;
  readonly max: SingleValue | null;
};

/** Null when no key is to be looked up in the lake. */
export async function touchedRange(folded: Folded): Promise<KeySpan | null> {
  if (folded.touchedKeys === 0) return null;
  const { session, lake } = folded.loaded;
  return spanOf(session, { lake, min: 'min(k0)', max: 'max(k0)', from: `FROM ${folded.keysTable}` });
}

/** The span of a key range; null for a key whose values have no bounds to compare. */
export const rangeSpan = (
  session: ColumnarSession,
  { lake, range }: { lake: LakeTable; range: KeyRange },
): Promise<KeySpan | null> =>
  spanOf(session, { lake, min: boundValue(lake, range.lower), max: boundValue(lake, range.upper), from: '' });

async function spanOf(
  session: ColumnarSession,
  { lake, min, max, from }: { lake: LakeTable; min: string; max: string; from: string },
): Promise<KeySpan | null> {
  const { column } = firstKey(lake);
  const { type, fieldId } = column;
  if (isList(type) || typeof type !== 'string') return null;
  // In hex, since the driver takes a U+FEFF off the front of short texts.
  const text = (value: string) =>
    type === 'binary' || type === 'string' ? `hex(${value})` : `CAST(${value} AS VARCHAR)`;
  const [row] = await session.rows(`SELECT ${text(min)} AS min, ${text(max)} AS max ${from}`);
  if (!row) return null;
  const parse = (value: unknown): SingleValue | null => {
    if (value === null || value === undefined) return null;
    return parseStatistic(type, type === 'string' ? Buffer.from(String(value), 'hex').toString('utf8') : String(value));
  };
  return { fieldId, type, min: parse(row.min), max: parse(row.max) };
}

/** The files that can hold a key of the span. A file without a bound can hold any; truncated bounds are still bounds. */
export function pruneByBounds<F extends Pick<DataFile, 'metrics'>>(files: readonly F[], span: KeySpan): F[] {
  return files.filter(({ metrics }) => {
    const lower = metrics.lowerBounds.get(span.fieldId);
    const upper = metrics.upperBounds.get(span.fieldId);
    const isBehind =
      lower && span.max !== null && compareSingleValues(decodeSingleValue(span.type, lower), span.max) > 0;
    const isBefore =
      upper && span.min !== null && compareSingleValues(decodeSingleValue(span.type, upper), span.min) < 0;
    return !isBehind && !isBefore;
  });
}
