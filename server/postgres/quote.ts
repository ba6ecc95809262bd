import { escapeIdentifier } from 'pg';

/** `"schema"."table"`, safe inside SQL text where parameters are not allowed. */
export const qualifiedName = (table: { schema: string; table: string }): string =>
  `${escapeIdentifier(table.schema)}.${escapeIdentifier(table.table)}`;
