import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';

/** Whether a column holds the searched text, any case; the text's own wildcards are plain characters. */
export const matches = (column: AnyPgColumn | SQL, search: string | undefined): SQL | undefined =>
  search === undefined || search === ''
    ? undefined
    : sql`${column} ilike ${`%${search.replace(/[\\%_]/g, (character) => `\\${character}`)}%`}`;
