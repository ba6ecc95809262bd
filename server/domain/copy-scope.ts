import type { KeyRange } from './verification.ts';

export const CONDITION_OPERATORS = ['=', '<>', '<', '<=', '>', '>=', 'is null', 'is not null'] as const;
export type ConditionOperator = (typeof CONDITION_OPERATORS)[number];

/** A column of the source compared with a text that stands for a value of its type. */
export type RowCondition = {
  readonly column: string;
  readonly operator: ConditionOperator;
  /** Null for `is null` and `is not null`. */
  readonly value: string | null;
};

/**
 * The part of a table that a partial resync reads again.
 *
 * Without conditions, what the lake has in the ranges goes and what the source has there takes its place. With conditions,
 * the source's rows in the ranges that meet all of them take the place of the lake's rows under the same keys; rows that
 * the lake alone has stay, since nobody can say whether they would meet the conditions.
 */
export type CopyScope = {
  readonly ranges: readonly KeyRange[];
  readonly where: readonly RowCondition[];
  /** It mends what a verification found; doubts from before this ISO time are settled with it. */
  readonly settles?: string;
  /** How often it was begun anew, because the table was truncated or rows left the part while it was read. */
  readonly restarts?: number;
  /** The figures of the table's whole copy, which are shown again once the part has joined. */
  readonly whole?: { readonly rows: number; readonly rowsEstimate: number };
};
