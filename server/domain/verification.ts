/**
 * The life of one verification of a table.
 *
 * - waiting: no worker has begun it yet.
 * - running: a worker compares range after range; another one goes on with the ranges that are left when it dies.
 * - done: every range was looked at.
 * - cancelled: a person ended it; what was compared until then stands.
 * - failed: it cannot go on, for the recorded reason.
 */
export const VERIFICATION_STATES = ['waiting', 'running', 'done', 'cancelled', 'failed'] as const;

/**
 * What became of a range.
 *
 * - pending: not compared yet.
 * - equal: the lake, with the changes on their way to it, shows exactly the rows of the source.
 * - different: it differed at two looks, and the rows that differ did not change between them.
 * - undecided: it could not be compared for the recorded reason, or differed only in rows that changed at every look.
 */
export const RANGE_STATES = ['pending', 'equal', 'different', 'undecided'] as const;
export type RangeState = (typeof RANGE_STATES)[number];

/** Why rows or values were not held against the lake, with how many: never counted as differences, never left unsaid. */
export type Excuses = Partial<Record<Excuse, number>>;

/**
 * - dead_letter: rows whose key is parked, so that the mirror shows an older row or none.
 * - null_policy: values that the lake cannot hold and that the column's policy makes null.
 * - soft_deleted: rows of the lake that were deleted at the source and are kept with the time of it.
 * - deletes_ignored: rows of the lake that the source does not have, of a table whose deletes or truncates are ignored.
 */
export const EXCUSES = ['dead_letter', 'null_policy', 'soft_deleted', 'deletes_ignored'] as const;
export type Excuse = (typeof EXCUSES)[number];

/** What follows the number of each, for people. */
export const EXCUSE_WORDS: Readonly<Record<Excuse, { readonly one: string; readonly several: string }>> = {
  dead_letter: { one: 'row is parked as a dead letter', several: 'rows are parked as dead letters' },
  null_policy: { one: 'value is null by policy', several: 'values are null by policy' },
  soft_deleted: { one: 'deleted row is kept on purpose', several: 'deleted rows are kept on purpose' },
  deletes_ignored: { one: 'row stays because deletes are ignored', several: 'rows stay because deletes are ignored' },
};

/** Some keys of a range that differs, as texts in key order. */
export type DifferenceSample = {
  /** In the source and not in the lake. */
  readonly missing: readonly (readonly string[])[];
  /** In the lake and not in the source, or there more than once. */
  readonly extra: readonly (readonly string[])[];
  readonly different: readonly { readonly key: readonly string[]; readonly columns: readonly string[] }[];
};

/** Keys from `lower` up to but without `upper`, of the first key column, as PostgreSQL's text; null is open. */
export type KeyRange = { readonly lower: string | null; readonly upper: string | null };
