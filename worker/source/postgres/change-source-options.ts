import type { Lsn } from '@/server/domain/lsn.ts';
import type { Log } from '@/server/platform/logger.ts';
import type { SourceConnection } from '@/server/postgres/connect.ts';
import type { AnnouncedTablesOptions } from './announced-tables.ts';
import type { SpoolOptions } from './spool-disk.ts';

export type ChangeSourceOptions = AnnouncedTablesOptions & {
  readonly connection: SourceConnection;
  readonly slot: string;
  readonly publication: string;
  /** Commit LSN of the last durable transaction: everything at or before it is discarded. Zero at the beginning. */
  readonly from: Lsn;
  /** What the slot may be confirmed to for `from`. Zero only for a slot that has never been read. */
  readonly endLsn: Lsn;
  readonly limits: {
    readonly segmentBytesMax: number;
    readonly segmentAgeMsMax: number;
    /** How often an idle stream's position is stored; default 10 s. */
    readonly advanceIntervalMs?: number;
  };
  /** Names our sessions on the source, and marks the ones that may be ended to take the slot over. */
  readonly applicationName?: string;
  /** Where large transactions are kept that are streamed before they commit; default: they come after their commit. */
  readonly inProgress?: SpoolOptions;
  readonly log: Log;
  readonly signal: AbortSignal;
};
