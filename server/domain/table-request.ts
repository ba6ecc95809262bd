import type { ColumnRules } from './column-rules.ts';
import type { CopyScope } from './copy-scope.ts';
import type { HeldColumns } from './held-columns.ts';
import type { RowFilter } from './row-filter.ts';
import type { ValuePolicy } from './value-type.ts';

/** Column name -> what happens to values that its lake type cannot hold. */
export type TablePolicies = Readonly<Record<string, ValuePolicy>>;

/**
 * What a delete or a truncate of the source does to the mirror. The changelog always shows it.
 *
 * - apply: the rows go.
 * - soft: the rows stay, with the time of the delete in `_philotes_deleted_at`.
 * - ignore: nothing; rows of the source that come later under the same key take their place.
 */
export type EffectPolicy = 'apply' | 'soft' | 'ignore';

/** What every commit of a table depends on. */
export type TableShape = {
  readonly mirror: boolean;
  readonly changelog: boolean;
  readonly policies: TablePolicies;
  readonly onDelete: EffectPolicy;
  readonly onTruncate: EffectPolicy;
  /** Left out, it stays as it is. */
  readonly held?: HeldColumns | null;
  /** Left out, they stay as they are. */
  readonly rules?: ColumnRules;
  /** Left out, it stays as it is. */
  readonly filter?: RowFilter;
};

/**
 * What a person wants done with a table of a pipeline that runs. Commit carries it out between two batches, since whoever
 * changes a table's state while a batch of it is under way would lose or double changes.
 *
 * - resync: copy the table anew, in the given shape; what is in the lake is replaced by one commit when the copy is done.
 * - resync-part: read a part of a live table again; what the lake has there is replaced by one commit.
 * - remove: forget the table, and drop its lake tables if asked to.
 */
export type TableRequest =
  | ({ readonly kind: 'resync' } & TableShape)
  | { readonly kind: 'resync-part'; readonly scope: CopyScope }
  | { readonly kind: 'remove'; readonly dropLakeTables: boolean };
