import type { Type } from './iceberg/schema.ts';
import type { ValuePolicy } from './value-type.ts';

/** A column of a lake table together with the source column that fills it. */
export type LakeColumn = {
  readonly fieldId: number;
  /** The list element's field id, for list columns. */
  readonly elementFieldId?: number;
  readonly name: string;
  readonly type: Type;
  /** Identifier columns of a mirror are required, all others optional. */
  readonly required: boolean;
  /** Which source column fills it, matched by attnum; null when the source no longer has it (values are null). */
  readonly attnum: number | null;
  readonly policy: ValuePolicy;
};

/** What the columnar engine needs to know of one lake table. Changelog meta columns are not in `columns`. */
export type LakeTable = {
  readonly columns: readonly LakeColumn[];
  /** Field ids of the key in key order; empty when the table has none. */
  readonly keyFieldIds: readonly number[];
};

/** Property of a lake table that says whose it is: `<pipeline id>/<id of the pipeline's table>`. */
export const OWNER_PROPERTY = 'philotes.owner';

/** A mirror's own column, where deleted rows stay: when its row was deleted on the source; null while it is there. */
export const DELETED_AT_COLUMN = { name: '_philotes_deleted_at', type: 'timestamptz', required: false } as const;

/** The changelog's own columns, in front of the table's; field ids come from the loaded table, by name. */
export const CHANGELOG_COLUMNS = [
  { name: '_philotes_op', type: 'string', required: true },
  { name: '_philotes_epoch', type: 'int', required: true },
  { name: '_philotes_commit_lsn', type: 'long', required: true },
  { name: '_philotes_ordinal', type: 'long', required: true },
  { name: '_philotes_commit_time', type: 'timestamptz', required: false },
  /** Names of the columns whose TOASTed value the source did not send, joined by commas; null when none. */
  { name: '_philotes_unchanged', type: 'string', required: false },
] as const;
