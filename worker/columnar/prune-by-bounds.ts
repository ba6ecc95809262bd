import type { DataFile } from '@/server/domain/iceberg/data-file.ts';
import type { PrimitiveType } from '@/server/domain/iceberg/schema.ts';
import { compareSingleValues, decodeSingleValue, type SingleValue } from '@/server/domain/iceberg/single-value.ts';
import type { Folded } from './fold.ts';
import { isList } from './lake-sql-type.ts';
import { parseStatistic } from './parse-statistic.ts';

/** The span of the touched keys' first column. */
export type KeyRange = {
  readonly fieldId: number;
  readonly type: PrimitiveType;
  readonly min: SingleValue;
  readonly max: SingleValue;
};

/** Null when no key is to be looked up in the lake. */
export async function touchedRange(folded: Folded): Promise<KeyRange | null> {
  const { session, lake } = folded.loaded;
  const column = lake.columns.find(({ fieldId }) => fieldId === lake.keyFieldIds[0]);
  if (folded.touchedKeys === 0 || !column || isList(column.type) || typeof column.type !== 'string') return null;
  const type = column.type;
  // In hex, since the driver takes a U+FEFF off the front of short texts.
  const text = type === 'binary' || type === 'string' ? 'hex(k)' : 'CAST(k AS VARCHAR)';
  const [row] = await session.rows(
    `SELECT ${text.replace('(k', '(min(k0)')} AS min, ${text.replace('(k', '(max(k0)')} AS max FROM ${folded.keysTable}`,
  );
  if (!row) return null;
  const printed = (value: unknown) =>
    type === 'string' ? Buffer.from(String(value), 'hex').toString('utf8') : String(value);
  const { min, max } = row;
  return {
    fieldId: column.fieldId,
    type,
    min: parseStatistic(type, printed(min)),
    max: parseStatistic(type, printed(max)),
  };
}

/** The files that can hold a key of the range. A file without a bound can hold any; truncated bounds are still bounds. */
export function pruneByBounds<F extends Pick<DataFile, 'metrics'>>(files: readonly F[], range: KeyRange): F[] {
  return files.filter(({ metrics }) => {
    const lower = metrics.lowerBounds.get(range.fieldId);
    const upper = metrics.upperBounds.get(range.fieldId);
    if (lower && compareSingleValues(decodeSingleValue(range.type, lower), range.max) > 0) return false;
    return !(upper && compareSingleValues(decodeSingleValue(range.type, upper), range.min) < 0);
  });
}
