import type { Lsn } from '../../../server/domain/lsn.ts';

/** Something that a test does to a row of a table made by `createTable`. */
export type TestChange = { readonly table: string } & (
  | { readonly op: 'insert'; readonly id: number; readonly name: string | null }
  | { readonly op: 'update'; readonly id: number; readonly name: string | null; readonly newId?: number }
  | { readonly op: 'delete'; readonly id: number }
  | { readonly op: 'truncate' }
);

/** A source of its own for one test, with the means to change it. Disposing it takes the source away. */
export interface ConnectorHarness<Connection> extends AsyncDisposable {
  readonly connection: Connection;
  /** The same source with credentials that it refuses. */
  readonly refused: Connection;
  /** An address of this machine where nobody answers. */
  readonly unreachable: Connection;
  /** What must show up in no message: the password of `connection`. */
  readonly secret: string;
  /** The schema that `createTable` makes tables in. */
  readonly schema: string;
  /** A table of `id` (32-bit integer, the key) and `name` (text, nullable). */
  createTable(table: string): Promise<void>;
  /** Something beside the tables that discovery shows and that cannot be replicated, like a view. */
  createUnpublishable(name: string): Promise<void>;
  /** All of it in one transaction. */
  transact(changes: readonly TestChange[]): Promise<void>;
  /** Inserts `rows` rows from id 1 on in one transaction, each with a name of `nameLength` characters. */
  fill(table: string, options: { readonly rows: number; readonly nameLength: number }): Promise<void>;
  /** Replaces the table's storage, so that a copy under way cannot be used. */
  rewrite(table: string): Promise<void>;
  /** Up to where the source was told that it may forget; null when it keeps nothing for the stream. */
  forgotten(stream: string): Promise<Lsn | null>;
}
