import type { LakeTable } from '@/server/domain/lake-table.ts';
import type { KeyRange } from '@/server/domain/verification.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { convertText } from './convert-text.ts';
import { lakeSqlType } from './lake-sql-type.ts';
import { literal } from './sql-text.ts';

/** The first key column of a table, which key ranges are of. Throws INVALID_INPUT for a table without a key. */
export function firstKey(lake: LakeTable) {
  const index = lake.columns.findIndex(({ fieldId }) => fieldId === lake.keyFieldIds[0]);
  const column = lake.columns[index];
  if (!column) throw new AppError('INVALID_INPUT', 'key ranges need a key');
  return { name: `c${index}`, column, type: column.type, sqlType: lakeSqlType(column.type) };
}

/** A bound of a key range as an SQL value of the key column's lake type; NULL when its text is none, or null. */
export function boundValue(lake: LakeTable, text: string | null): string {
  const { type, sqlType } = firstKey(lake);
  if (text === null) return `CAST(NULL AS ${sqlType})`;
  return convertText({ text: `CAST(${literal(text)} AS VARCHAR)`, source: { kind: 'text' }, lake: type });
}

/** A condition on `c<key>` that holds inside the range. Throws INVALID_INPUT when a bound is no value of the column. */
export async function withinRange(
  session: ColumnarSession,
  { lake, range }: { lake: LakeTable; range: KeyRange },
): Promise<string> {
  const bounds = { lower: boundValue(lake, range.lower), upper: boundValue(lake, range.upper) };
  const [found] = await session.rows(`SELECT ${bounds.lower} IS NULL AS no_lower, ${bounds.upper} IS NULL AS no_upper`);
  const isBroken = (found?.no_lower && range.lower !== null) || (found?.no_upper && range.upper !== null);
  if (isBroken) throw new AppError('INVALID_INPUT', 'a bound of a key range is not a value of the key column');
  const { name } = firstKey(lake);
  const tests = [
    ...(range.lower === null ? [] : [`${name} >= ${bounds.lower}`]),
    ...(range.upper === null ? [] : [`${name} < ${bounds.upper}`]),
  ];
  return tests.length === 0 ? 'true' : `(${tests.join(' AND ')})`;
}
