import { escapeIdentifier, escapeLiteral } from 'pg';
import type { RowCondition } from '@/server/domain/copy-scope.ts';

/**
 * Conditions as SQL, all of which must hold; empty for none. Values stand there as literals, which the server takes for values
 * of the column's type: a publication has no parameters. `of` goes in front of the columns' names.
 */
export const filterSql = (filter: readonly RowCondition[], of = ''): string =>
  filter.map((condition) => conditionSql(condition, of)).join(' AND ');

const conditionSql = ({ column, operator, value }: RowCondition, of: string): string =>
  `${of}${escapeIdentifier(column)} ${operator}${value === null ? '' : ` ${escapeLiteral(value)}`}`;
