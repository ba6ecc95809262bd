import type { Client } from 'pg';
import { type Lsn, parseLsn } from '@/server/domain/lsn.ts';

/** Which server answers, and where its log stands. A different system id or a lower timeline is another history. */
export type ServerIdentity = {
  readonly systemId: string;
  readonly timeline: number;
  /** 180004 for 18.4. */
  readonly versionNumber: number;
  readonly isReplica: boolean;
  /** The write position; on a replica, what it has replayed. */
  readonly walLsn: Lsn;
};

export async function identifyServer(client: Client): Promise<ServerIdentity> {
  const { rows } = await client.query<{
    system_id: string;
    timeline: number;
    version: number;
    is_replica: boolean;
    lsn: string;
  }>(
    `SELECT (SELECT system_identifier FROM pg_control_system())::text AS system_id,
            (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline,
            current_setting('server_version_num')::int4 AS version,
            pg_is_in_recovery() AS is_replica,
            CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_replay_lsn(), '0/0')
                 ELSE pg_current_wal_lsn() END::text AS lsn`,
  );
  const row = rows[0];
  if (!row) throw new TypeError('the server did not identify itself');
  return {
    systemId: row.system_id,
    timeline: row.timeline,
    versionNumber: row.version,
    isReplica: row.is_replica,
    walLsn: parseLsn(row.lsn),
  };
}
