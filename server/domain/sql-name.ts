/** A name as it stands in SQL that people read: quoted only where PostgreSQL would read it otherwise. */
export const sqlName = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;

/** `schema.table` as it stands in SQL that people read. */
export const sqlTable = ({ schema, table }: { readonly schema: string; readonly table: string }): string =>
  `${sqlName(schema)}.${sqlName(table)}`;

/** A text as it stands in SQL. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** What PostgreSQL reserves, in any of its versions that are supported (manual: SQL Key Words). */
const RESERVED: ReadonlySet<string> = new Set(
  `
  all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
  column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
  from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
  localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
  returning right select session_user similar some symmetric system_user table tablesample then to trailing true
  union unique user using variadic verbose when where window with
`
    .trim()
    .split(/\s+/),
);
