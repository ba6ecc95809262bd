import type { Lsn } from './lsn.ts';

/** A column as an event trigger of the source told of it, see column-messages.ts. */
export type ToldColumn = {
  readonly attnum: number;
  readonly name: string;
  readonly typeOid: number;
  readonly typmod: number;
};

/** The columns of a table from a position of the stream on. */
export type ToldColumns = {
  readonly oid: number;
  readonly columns: readonly ToldColumn[];
};

/** What was told is kept with the commit and the message itself: several may stand in one transaction. */
export type ToldAt = ToldColumns & { readonly commitLsn: Lsn; readonly messageLsn: Lsn };
