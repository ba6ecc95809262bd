import type { RowCondition } from './copy-scope.ts';

/** Which rows of a table are carried: those that meet all of these. Empty: all rows. */
export type RowFilter = readonly RowCondition[];

/** The same, tied to the columns that had these names when the table's life began, with values as the server prints them. */
export type BoundFilter = {
  readonly oid: number;
  readonly conditions: readonly (Omit<RowCondition, 'column'> & { readonly attnum: number })[];
  /** How the source's publication stores it; null until it does. */
  readonly published: PublishedFilter | null;
};

/** A filter as a server stores it: the tree names columns by attnum, the text stays the same through upgrades. */
export type PublishedFilter = { readonly tree: string; readonly text: string };

/** Whether they are one filter, also after a rename, or after an upgrade of the server. */
export const samePublished = (a: PublishedFilter | null, b: PublishedFilter | null): boolean =>
  a === null || b === null ? a === b : a.tree === b.tree || a.text === b.text;

export const ALL_ROWS: RowFilter = [];

/** All conditions have to hold, so their order means nothing. */
export const sameFilter = (a: RowFilter, b: RowFilter): boolean => sorted(a) === sorted(b);

const sorted = (filter: RowFilter): string => JSON.stringify([...new Set(filter.map(keyOf))].sort());

const keyOf = ({ column, operator, value }: RowCondition): string => JSON.stringify([column, operator, value]);

type Columns = {
  readonly oid: number;
  readonly columns: readonly { readonly attnum: number; readonly name: string }[];
};

/** A bound filter by the present names of its columns; null when one of them, or the table, is another now. */
export function presentFilter({ oid, columns }: Columns, bound: BoundFilter | null): RowFilter | null {
  if (bound === null) return ALL_ROWS;
  if (bound.oid !== oid) return null;
  const names = new Map(columns.map(({ attnum, name }) => [attnum, name]));
  const filter = bound.conditions.flatMap(({ attnum, operator, value }) => {
    const column = names.get(attnum);
    return column === undefined ? [] : [{ column, operator, value }];
  });
  return filter.length === bound.conditions.length ? filter : null;
}

/** For people: `status = active`. */
export const conditionText = ({ column, operator, value }: RowCondition): string =>
  `${column} ${operator}${value === null ? '' : ` ${value}`}`;
