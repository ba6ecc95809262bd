import type { ValuePolicy } from './value-type.ts';

/** Column name -> what happens to values that its lake type cannot hold. */
export type TablePolicies = Readonly<Record<string, ValuePolicy>>;

/** What every commit of a table depends on. */
export type TableShape = {
  readonly mirror: boolean;
  readonly changelog: boolean;
  readonly policies: TablePolicies;
};

/**
 * What a person wants done with a table of a pipeline that runs. Commit carries it out between two batches, since whoever
 * changes a table's state while a batch of it is under way would lose or double changes.
 *
 * - resync: copy the table anew, in the given shape; what is in the lake is replaced by one commit when the copy is done.
 * - remove: forget the table, and drop its lake tables if asked to.
 */
export type TableRequest =
  | ({ readonly kind: 'resync' } & TableShape)
  | { readonly kind: 'remove'; readonly dropLakeTables: boolean };
