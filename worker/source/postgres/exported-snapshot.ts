import { type Lsn, parseLsn } from '@/server/domain/lsn.ts';
import { openSourceSession, type SourceConnection } from '@/server/postgres/connect.ts';
import { sourceError } from '@/server/postgres/source-error.ts';

/** A snapshot that several sessions can read under, for as long as this is not disposed and its session lives. */
export type ExportedSnapshot = AsyncDisposable & {
  /** For SET TRANSACTION SNAPSHOT. */
  readonly snapshotId: string;
  /** `pg_current_snapshot()`: which transaction ids rows read under it include. */
  readonly snapshot: string;
  /** A position behind the commit of every transaction that it shows. */
  readonly snapshotLsn: Lsn;
  /** Rejects when the session is lost; then the copy has to start again. */
  readonly lost: Promise<never>;
};

/** Holds a transaction open on the source: dead rows are kept there until it is disposed. */
export async function exportSnapshot(options: {
  connection: SourceConnection;
  applicationName: string;
}): Promise<ExportedSnapshot> {
  const session = await openSourceSession(options.connection, { applicationName: options.applicationName });
  const lost = new Promise<never>((_, reject) => {
    session.client.on('error', (error) => reject(sourceError(error, 'holding the exported snapshot')));
  });
  lost.catch(() => undefined); // optional to watch: chunks fail with SOURCE_SNAPSHOT_LOST anyway
  try {
    await session.client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await session.client.query<{ id: string; snapshot: string; lsn: string }>(
      `SELECT pg_export_snapshot() AS id, pg_current_snapshot()::text AS snapshot,
              pg_current_wal_insert_lsn()::text AS lsn`,
    );
    return {
      snapshotId: rows[0]?.id ?? '',
      snapshot: rows[0]?.snapshot ?? '',
      snapshotLsn: parseLsn(rows[0]?.lsn ?? ''),
      lost,
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw sourceError(error, 'exporting a snapshot');
  }
}
