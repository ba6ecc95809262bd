import type { DecidedKind } from './schema-policy.ts';

/** What the lake does not follow of one source column. */
export type HeldColumn = {
  /** It is not carried at all: it came after the lake table was made. */
  readonly leftOut?: true;
  /** The lake's column keeps its name, and is filled as before. */
  readonly name?: true;
  /** The lake's column keeps its type; values that it cannot hold are treated by the column's value policy. */
  readonly type?: true;
};

/** By attnum of the table with this oid: another table's attnums mean other columns. */
export type HeldColumns = { readonly oid: number; readonly columns: Readonly<Record<string, HeldColumn>> };

const ASPECTS = {
  'column-added': { leftOut: true },
  'column-renamed': { name: true },
  'column-retyped': { type: true },
  // The lake's column stays whatever is decided, and the source sends no values for it any more.
  'column-dropped': {},
} as const satisfies Record<DecidedKind, HeldColumn>;

type Change = { readonly kind: DecidedKind; readonly attnum: number };

/** What is held of a table's columns now, by attnum. */
export const heldOf = (held: HeldColumns | null, oid: number | null): Readonly<Record<string, HeldColumn>> =>
  held !== null && held.oid === oid ? held.columns : {};

/** The same with one change ignored. */
export function hold(held: HeldColumns | null, oid: number, { kind, attnum }: Change): HeldColumns {
  const columns = heldOf(held, oid);
  return { oid, columns: { ...columns, [attnum]: { ...columns[attnum], ...ASPECTS[kind] } } };
}

/** The same with one change no longer ignored. */
export function release(held: HeldColumns | null, oid: number, { kind, attnum }: Change): HeldColumns {
  const { [attnum]: column = {}, ...others } = heldOf(held, oid);
  const kept = Object.entries(column).filter(([aspect]) => !(aspect in ASPECTS[kind]));
  return { oid, columns: kept.length === 0 ? others : { ...others, [attnum]: Object.fromEntries(kept) } };
}
