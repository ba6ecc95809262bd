import type { Client } from 'pg';
import { type Lsn, parseLsn } from '@/server/domain/lsn.ts';
import { AppError } from '@/server/errors/app-error.ts';

/** Which cluster answers, and which of its histories it lives in. */
export type SourceIdentity = {
  /** Made by initdb; standbys and restored backups share it. */
  readonly systemIdentifier: string;
  /** Grows with every promotion and every recovery to a point in time. */
  readonly timeline: number;
  readonly writeLsn: Lsn;
};

/**
 * Asks the server who it is. The timeline is taken from the name of the present WAL file: the control file has the last
 * checkpoint's, which may still be the one before a promotion. Throws SOURCE_IN_RECOVERY on a standby.
 */
export async function identifySource(client: Client): Promise<SourceIdentity> {
  const standby = await client.query<{ is_standby: boolean }>('SELECT pg_is_in_recovery() AS is_standby');
  if (standby.rows[0]?.is_standby) {
    throw new AppError('SOURCE_IN_RECOVERY', 'the server is a standby, or recovers from its log');
  }
  const { rows } = await client.query<{ identifier: string; timeline: number; lsn: string }>(
    `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS identifier,
            ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int AS timeline,
            pg_current_wal_lsn()::text AS lsn`,
  );
  const row = rows[0];
  if (!row) throw new AppError('SOURCE_UNREACHABLE', 'the source did not say which cluster it is');
  return { systemIdentifier: row.identifier, timeline: row.timeline, writeLsn: parseLsn(row.lsn) };
}
