/** What a table is called in patterns and addresses. */
export const qualified = ({ schema, table }: { schema: string; table: string }): string => `${schema}.${table}`;

/**
 * Whether a table is meant: part of its name, any case; or with `*` and `?` a pattern over the table's name, and with a dot
 * over schema and table (`sales.order_*`). Several are separated by commas or spaces.
 */
export function patternMatcher(text: string): (table: { schema: string; table: string }) => boolean {
  const patterns = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(toTest);
  if (patterns.length === 0) return () => true;
  return ({ schema, table }) => patterns.some((matches) => matches(schema.toLowerCase(), table.toLowerCase()));
}

function toTest(pattern: string): (schema: string, table: string) => boolean {
  if (!/[*?]/.test(pattern)) return (schema, table) => `${schema}.${table}`.includes(pattern);
  const expression = new RegExp(`^${[...pattern].map(toExpression).join('')}$`);
  return pattern.includes('.')
    ? (schema, table) => expression.test(`${schema}.${table}`)
    : (_, table) => expression.test(table);
}

const toExpression = (char: string): string =>
  char === '*' ? '.*' : char === '?' ? '.' : char.replace(/[\\^$.|+()[\]{}]/, '\\$&');
