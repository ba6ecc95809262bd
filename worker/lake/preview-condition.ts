import type { RowCondition } from '@/server/domain/copy-scope.ts';
import type { DataFile } from '@/server/domain/iceberg/data-file.ts';
import type { Field, PrimitiveType } from '@/server/domain/iceberg/schema.ts';
import type { SingleValue } from '@/server/domain/iceberg/single-value.ts';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import type { ColumnarSession } from '@/worker/columnar/columnar-session.ts';
import { lakeSqlType } from '@/worker/columnar/lake-sql-type.ts';
import { parseStatistic } from '@/worker/columnar/parse-statistic.ts';
import { pruneByBounds } from '@/worker/columnar/prune-by-bounds.ts';
import { canRead } from './can-read.ts';
import { typeText } from './schema-history.ts';

/** What the columnar engine is asked: which files can hold such rows, and which of their rows they are. */
export type PreviewCondition = {
  readonly field: Field;
  /** Names the parameter `$value` where there is one; `column` is SQL. */
  readonly sql: (column: string) => string;
  readonly values: Readonly<Record<string, string>>;
  prune<F extends Pick<DataFile, 'metrics'>>(files: readonly F[]): F[];
};

/** Throws INVALID_INPUT for a column that is not there or cannot be compared, and for a value that is none of its type. */
export async function previewCondition(
  session: ColumnarSession,
  { condition, fields }: { condition: RowCondition; fields: readonly Field[] },
): Promise<PreviewCondition> {
  const { column, operator, value } = condition;
  const field = fields.find(({ name }) => name === column);
  if (!field) throw fieldError('INVALID_INPUT', 'column', `the table has no column ${column}`);
  const { type } = field;
  if (!canRead(type))
    throw fieldError('INVALID_INPUT', 'column', `column ${column} is ${typeText(type)}, which the preview cannot read`);
  if (value === null) {
    return {
      field,
      sql: (sql) => `${sql} ${operator === 'is null' ? 'IS NULL' : 'IS NOT NULL'}`,
      values: {},
      prune: (files) =>
        operator === 'is null' ? files.filter(({ metrics }) => metrics.nullCounts.get(field.id) !== 0n) : [...files],
    };
  }
  if (typeof type !== 'string') {
    const reason = `column ${column} is ${typeText(type)}, which can only be asked whether it is null`;
    throw fieldError('INVALID_INPUT', 'operator', reason);
  }
  const typed = `TRY_CAST($value AS ${lakeSqlType(type)})`;
  const [row] = await session.rows(`SELECT CAST(${typed} AS VARCHAR) AS text`, { value });
  if (typeof row?.text !== 'string')
    throw fieldError('INVALID_INPUT', 'value', `must be a value of type ${type}, as the rows show it`);
  const single = singleOf(type, type === 'string' ? value : row.text);
  return {
    field,
    sql: (sql) => `${sql} ${operator} ${typed}`,
    values: { value },
    prune(files) {
      if (single === null || operator === '<>') return [...files];
      const min = operator === '=' || operator.startsWith('>') ? single : null;
      const max = operator === '=' || operator.startsWith('<') ? single : null;
      return pruneByBounds(files, { fieldId: field.id, type, min, max });
    },
  };
}

/** Null where bounds say nothing of the value: NaN has no place in those of floats. */
function singleOf(type: PrimitiveType, text: string): SingleValue | null {
  if (type === 'float' || type === 'double' || type === 'binary') return null;
  try {
    return parseStatistic(type, text);
  } catch (error) {
    // An infinite date is beyond every bound.
    if (error instanceof AppError) return null;
    throw error;
  }
}
