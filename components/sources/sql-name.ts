/** A name as it stands in SQL: quoted only where PostgreSQL would read it otherwise. */
export const sqlName = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;

/** A text as it stands in SQL. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Words that people do call tables and roles, and that PostgreSQL reserves. */
const RESERVED = new Set([
  'all',
  'analyse',
  'case',
  'check',
  'column',
  'default',
  'desc',
  'end',
  'from',
  'group',
  'limit',
  'offset',
  'only',
  'order',
  'primary',
  'references',
  'select',
  'table',
  'to',
  'unique',
  'user',
  'when',
  'where',
  'window',
]);
