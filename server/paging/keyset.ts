import { type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { fieldError } from '@/server/errors/app-error.ts';
import type { Page } from './page.ts';

/** What a list can be ordered by; `by` is never null. */
export type SortKey = { readonly by: SQL; readonly type: 'text' | 'timestamptz' | 'bigint' | 'float8' };

type Options<Sort extends string> = {
  /** Keyed by the sort's name without its dash. */
  readonly sorts: Readonly<Record<string, SortKey>>;
  /** Unique, and decides between equals. */
  readonly id: SortKey;
  readonly page: { readonly sort: Sort; readonly limit: number; readonly cursor?: string | undefined };
};

/** What a page's query needs: select `key` as well and hand the rows to `toPage`. */
export type Keyset = {
  /** Behind the last row of the page before; undefined on the first page. */
  readonly where: SQL | undefined;
  readonly orderBy: SQL;
  /** One more than the page holds, to know whether there is a next one. */
  readonly limit: number;
  /** The row's place in the order, as JSON text. */
  readonly key: SQL<string>;
  toPage<Row extends { key: string }, Item>(rows: readonly Row[], view: (row: Row) => Item, total?: number): Page<Item>;
};

/**
 * Pages by position instead of by number: rows that come and go between two requests neither repeat nor hide others.
 * Throws INVALID_INPUT for a cursor that was not made by the same list in the same order.
 */
export function keyset<Sort extends string>({ sorts, id, page }: Options<Sort>): Keyset {
  const { sort, limit, cursor } = page;
  const isDescending = sort.startsWith('-');
  const main = sorts[sort.replace(/^-/, '')] ?? id;
  const [compare, direction] = isDescending ? [sql`<`, sql`desc`] : [sql`>`, sql`asc`];
  const after = cursor === undefined ? null : readCursor(cursor, sort, [main, id]);
  return {
    where: after
      ? sql`(${main.by}, ${id.by}) ${compare} (${after[0]}::${sql.raw(main.type)}, ${after[1]}::${sql.raw(id.type)})`
      : undefined,
    orderBy: sql`${main.by} ${direction}, ${id.by} ${direction}`,
    limit: limit + 1,
    key: sql<string>`jsonb_build_array((${main.by})::text, (${id.by})::text)::text`,
    toPage(rows, view, total) {
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      const nextCursor = last ? Buffer.from(JSON.stringify([sort, last.key])).toString('base64url') : null;
      return { items: shown.map(view), nextCursor, ...(total === undefined ? {} : { total }) };
    },
  };
}

const outer = z.tuple([z.string(), z.string()]);
const inner = z.tuple([z.string(), z.string()]);

function readCursor(cursor: string, sort: string, keys: readonly SortKey[]): readonly [string, string] {
  try {
    const [of, key] = outer.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    const values = inner.parse(JSON.parse(key));
    if (of === sort && values.every((value, index) => fits(value, keys[index]?.type))) return values;
  } catch {
    // Said below: whatever is wrong with it, it is not a cursor of ours.
  }
  throw fieldError('INVALID_INPUT', 'cursor', 'is not one that this list gave out in this order');
}

/** Whether PostgreSQL can read the text as that type; a forged cursor must not become its error. */
function fits(value: string, type: SortKey['type'] | undefined): boolean {
  if (value.includes('\0')) return false;
  switch (type) {
    case 'timestamptz':
      return isInstant(value);
    case 'bigint':
      return /^-?\d{1,18}$/.test(value);
    case 'float8':
      return /^-?\d{1,30}(\.\d{1,30})?(e[+-]?\d{1,2})?$/.test(value);
    default:
      return type === 'text';
  }
}

/** As the server prints an instant, `2026-11-22 08:30:00.123456+00`, on a day that exists. */
function isInstant(text: string): boolean {
  const [, date] =
    /^(\d{4}-\d\d-\d\d) ([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,6})?[+-](0\d|1[0-4])(:[0-5]\d)?$/.exec(text) ?? [];
  if (date === undefined) return false;
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date);
}
