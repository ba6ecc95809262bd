import type { SchemaChange } from './schema-change.ts';
import type { SourceColumn, TableSchema } from './table-schema.ts';

/**
 * Why a mirror may differ from its source although it has every change of the log.
 *
 * - column-added: rows that were there may have a value in it on the source, and have null in the lake.
 * - column-retyped: the source may have computed values anew, which its log says nothing of.
 * - verification: a comparison found rows that differ.
 */
export const DOUBT_KINDS = ['column-added', 'column-retyped', 'verification'] as const;
export type DoubtKind = (typeof DOUBT_KINDS)[number];

export type Doubt = {
  readonly kind: DoubtKind;
  /** The column's name then; null for a verification. */
  readonly column: string | null;
  /** ISO time at which we noticed. */
  readonly at: string;
};

/** Older ones say nothing that the latest of their kind and column does not. */
export const withDoubt = (doubts: readonly Doubt[], doubt: Doubt): Doubt[] => [
  ...doubts.filter(({ kind, column }) => kind !== doubt.kind || column !== doubt.column),
  doubt,
];

/**
 * What a change of the columns leaves in doubt: rows that were there, which it may have changed without a word in the log. `copied` has the columns of
 * the table's last copy: what they have already, the copied rows have, too.
 */
export function doubtOf(
  { kind, column: name }: SchemaChange,
  { before, after, copied }: { before: TableSchema; after: TableSchema; copied: TableSchema | null },
): DoubtKind | null {
  const column = after.columns.find((one) => one.name === name);
  if (!column) return null;
  const inCopy = copied?.oid === after.oid ? copied.columns.find(({ attnum }) => attnum === column.attnum) : undefined;
  if (inCopy?.typeOid === column.typeOid && inCopy.typmod === column.typmod) return null;
  if (kind === 'column-added') return column.filled || column.notNull ? kind : null;
  const was = before.columns.find(({ attnum }) => attnum === column.attnum);
  return kind === 'column-retyped' && was !== undefined && !isWidened(was, column) ? kind : null;
}

type Outcome = {
  readonly differs: boolean;
  /** All of the table was compared, and is equal. */
  readonly isSure: boolean;
  readonly beganAt: Date;
  /** Columns that were not compared. */
  readonly leftOut: readonly string[];
};

/** What came up after the comparison had begun, and of columns that it left out, stays in doubt. */
export function afterVerification(doubts: readonly Doubt[], outcome: Outcome): Doubt[] {
  const { differs, isSure, beganAt, leftOut } = outcome;
  if (differs) return withDoubt(doubts, { kind: 'verification', column: null, at: new Date().toISOString() });
  if (!isSure) return [...doubts];
  return doubts.filter(({ column, at }) => new Date(at) >= beganAt || (column !== null && leftOut.includes(column)));
}

const TEXT = 25;
const VARCHAR = 1043;
const NUMERIC = 1700;
/** Times with a number of digits: time, timetz, timestamp, timestamptz. */
const TIMES: ReadonlySet<number> = new Set([1083, 1266, 1114, 1184]);

/** Changes for which PostgreSQL leaves the rows alone, and that lose no value (manual: ALTER TABLE, notes). */
function isWidened(from: SourceColumn, to: SourceColumn): boolean {
  if (from.typeOid === to.typeOid && from.typmod === to.typmod) return true;
  if (from.typeOid === VARCHAR && to.typeOid === TEXT) return true;
  if (from.typeOid === TEXT && to.typeOid === VARCHAR) return to.typmod === -1;
  if (from.typeOid !== to.typeOid) return false;
  if (to.typmod === -1) return from.typeOid === VARCHAR || from.typeOid === NUMERIC || TIMES.has(from.typeOid);
  if (from.typmod === -1) return false;
  if (from.typeOid === VARCHAR || TIMES.has(from.typeOid)) return to.typmod >= from.typmod;
  return from.typeOid === NUMERIC && scaleOf(from) === scaleOf(to) && to.typmod >= from.typmod;
}

/** The lower half of a numeric's typmod, above the header's four bytes. */
const scaleOf = ({ typmod }: SourceColumn): number => (typmod - 4) & 0x7ff;
