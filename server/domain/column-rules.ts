/**
 * How a column's values are shown everywhere behind the source: in the buffer, in dead letters and in the lake.
 *
 * - hash: HMAC-SHA-256 of PostgreSQL's text under the pipeline's salt, in hex; equal values stay equal.
 * - redact: the same three stars for every value.
 * - truncate: the first so many characters of PostgreSQL's text.
 *
 * Masked columns are text in the lake. NULL stays NULL.
 */
export type Mask = 'hash' | 'redact' | { readonly truncate: number };

/** `carry`: as it is. `exclude`: not at all. */
export type ColumnRule = 'carry' | 'exclude' | Mask;

export type OtherColumns = 'carry' | 'exclude';

/** What people say, by column name. */
export type ColumnRules = {
  readonly columns: Readonly<Record<string, ColumnRule>>;
  /** Columns that have no rule, later ones too. */
  readonly otherColumns: OtherColumns;
};

/** The same, tied to the columns that had these names when the table's copy began: a rename takes nothing out of its rule. */
export type BoundRules = ColumnRules & {
  readonly oid: number;
  /** attnum -> rule. */
  readonly byAttnum: Readonly<Record<string, ColumnRule>>;
};

export const NO_RULES: ColumnRules = { columns: {}, otherColumns: 'carry' };

export const hasRules = ({ columns, otherColumns }: ColumnRules): boolean =>
  otherColumns === 'exclude' || Object.values(columns).some((rule) => rule !== 'carry');

export const sameRules = (a: ColumnRules, b: ColumnRules): boolean =>
  a.otherColumns === b.otherColumns && sorted(a.columns) === sorted(b.columns);

const sorted = (columns: ColumnRules['columns']): string =>
  JSON.stringify(Object.entries(columns).sort(([a], [b]) => (a < b ? -1 : 1)));

/** In a column's doc and for people: `hash`, `truncate(3)`. */
export const maskText = (mask: Mask): string => (typeof mask === 'string' ? mask : `truncate(${mask.truncate})`);
