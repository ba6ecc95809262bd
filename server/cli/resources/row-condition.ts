import { CONDITION_OPERATORS, type RowCondition } from '@/server/domain/copy-scope.ts';
import { CliError } from '../exit-codes.ts';

const SHAPE = /^\s*("(?:[^"]|"")+"|[^\s<>=]+)\s*(<>|<=|>=|=|<|>|is not null|is null)\s*([\s\S]*)$/i;

/** `column operator value` as a condition; quotes around the column or the value are taken off. Throws USAGE. */
export function rowCondition(text: string): RowCondition {
  const [, column = '', written = '', value = ''] = SHAPE.exec(text) ?? [];
  const operator = CONDITION_OPERATORS.find((one) => one === written.toLowerCase());
  const takesValue = operator !== undefined && !operator.startsWith('is ');
  if (!operator || (takesValue ? value === '' : value !== '')) {
    throw new CliError(
      'USAGE',
      `--where: "${text}" is no condition`,
      `Write "column operator value" with one of ${CONDITION_OPERATORS.join(', ')}.`,
    );
  }
  return { column: unquoted(column, '"'), operator, value: takesValue ? unquoted(value, "'") : null };
}

const unquoted = (text: string, quote: string): string =>
  text.length > 1 && text.startsWith(quote) && text.endsWith(quote)
    ? text.slice(1, -1).replaceAll(quote + quote, quote)
    : text;
