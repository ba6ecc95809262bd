import type { LakeColumn } from '@/server/domain/lake-table.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { decimalOf } from './lake-sql-type.ts';

/** A row that the lake cannot hold. */
export type Reject = {
  readonly lsn: bigint;
  readonly ordinal: bigint;
  /** As in the block, or `r` for a row of the table copy. */
  readonly op: string;
  /** The first column at fault, by its lake name; null when the whole line is. The reason names the others. */
  readonly column: string | null;
  /** For people; never holds the value. */
  readonly reason: string;
  /** The row's line as it came. */
  readonly payload: Buffer;
  /** The columns that the line follows. */
  readonly schema: TableSchema;
  /** The changelog holds the change: it needs no value that the source did not send. */
  readonly mirrorOnly?: boolean;
};

/** Of a row that is larger than ROW_BYTES_MAX. Its dead letter has the row without the value. */
export const OMITTED_REASON =
  'the row is larger than 64 MB and its largest values were left out: replay it when the row at the source is smaller';

/** Groups of dead letters are found by their reason, in an index that takes no long ones. */
const REASON_CHARACTERS_MAX = 1_200;

/** The first fault's reason, and every other column with its own, so that all can be mended before a replay. */
export function reasonOfAll(faults: readonly { readonly column: string; readonly reason: string }[]): string {
  const [first, ...others] = faults;
  if (!first) return '';
  // It is about the row, and replays know such letters by it.
  if (faults.some(({ reason }) => reason === OMITTED_REASON)) return OMITTED_REASON;
  let text = first.reason;
  for (const [at, { column, reason }] of others.entries()) {
    const next = `${text}; column ${column}: ${reason === first.reason ? 'the same' : reason}`;
    if (next.length > REASON_CHARACTERS_MAX) {
      const left = others.length - at;
      return `${text}; and ${left} more ${left === 1 ? 'column' : 'columns'}`;
    }
    text = next;
  }
  return text;
}

/** Why a text has no place in the column. `text` is looked at and not repeated. */
export function reasonFor(column: Pick<LakeColumn, 'type'>, text: string | null): string {
  const { type } = column;
  const name = typeof type === 'string' ? type : type.type;
  if (text === null) return `the value does not fit ${name}`;
  if (/^-?infinity$/.test(text)) return `${name} has no infinite value`;
  if (/ BC$/.test(text)) return `${name} in the lake begins with the year 1`;
  if (/^\d{5,}-/.test(text)) return `${name} in the lake ends with the year 9999`;
  if (/^24:/.test(text)) return 'time in the lake ends before 24:00:00';
  if (name === 'list') {
    if (text.startsWith('[')) return 'an array with its own lower bound cannot become a list';
    return text.startsWith('{{') ? 'an array of arrays cannot become a list' : 'an element of the array does not fit';
  }
  if (decimalOf(type)) {
    return /^(NaN|-?Infinity)$/.test(text)
      ? `${name} has no NaN and no infinite value`
      : `the number does not fit ${name}`;
  }
  return `the value does not fit ${name}`;
}
