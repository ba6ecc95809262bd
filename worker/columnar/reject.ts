import type { LakeColumn } from '@/server/domain/lake-table.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { decimalOf } from './lake-sql-type.ts';

/** A row that the lake cannot hold. */
export type Reject = {
  readonly lsn: bigint;
  readonly ordinal: bigint;
  /** As in the block, or `r` for a row of the table copy. */
  readonly op: string;
  /** The first column at fault, by its lake name; null when the whole line is. */
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
