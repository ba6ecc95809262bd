import type { Client } from 'pg';
import { identifyServer } from './identify.ts';
import type { Finding } from './preflight.ts';

/** What the server as a whole lacks. Takes two connections, to see whether both reach the same server. */
export async function serverFindings(client: Client, second: Client): Promise<Finding[]> {
  const facts = await readFacts(client);
  const [identity, other] = await Promise.all([identifyServer(client), identifyServer(second)]);
  const findings: (Finding | false)[] = [
    identity.versionNumber < 140_000 && {
      code: 'server_version',
      severity: 'error',
      subject: 'server_version',
      message: 'The server is older than PostgreSQL 14.',
      remedy: 'Upgrade the server.',
    },
    identity.isReplica && {
      code: 'replica',
      severity: 'error',
      subject: 'host',
      message: 'The address leads to a replica; a replica can lag behind or jump to another history.',
      remedy: 'Use the address of the primary.',
    },
    (identity.systemId !== other.systemId || identity.isReplica !== other.isReplica) && {
      code: 'several_servers',
      severity: 'error',
      subject: 'host',
      message: 'Two connections reached two different servers: the address is load-balanced.',
      remedy: 'Use the address of the primary itself.',
    },
    facts.wal_level !== 'logical' && {
      code: 'wal_level',
      severity: 'error',
      subject: 'wal_level',
      message: `wal_level is ${facts.wal_level}; changes can only be read at level logical.`,
      remedy: 'Set wal_level = logical and restart the server.',
    },
    facts.free_slots < 1 && {
      code: 'no_free_slot',
      severity: 'error',
      subject: 'max_replication_slots',
      message: 'All replication slots are taken.',
      remedy: 'Drop an unused slot, or raise max_replication_slots and restart the server.',
    },
    facts.free_senders < 1 && {
      code: 'no_free_sender',
      severity: 'error',
      subject: 'max_wal_senders',
      message: 'All WAL senders are taken.',
      remedy: 'Raise max_wal_senders and restart the server.',
    },
    !facts.may_replicate && {
      code: 'no_replication_right',
      severity: 'error',
      subject: facts.role,
      message: 'The role may not read the replication stream.',
      remedy: `ALTER ROLE ${facts.role} REPLICATION (on managed services: grant the replication role).`,
    },
    !facts.may_create && {
      code: 'no_create_right',
      severity: 'error',
      subject: facts.role,
      message: 'The role may not create a publication in this database.',
      remedy: `GRANT CREATE ON DATABASE to ${facts.role}.`,
    },
    facts.encoding !== 'UTF8' && {
      code: 'encoding',
      severity: 'error',
      subject: 'server_encoding',
      message: `The database is encoded in ${facts.encoding}; a value that is not valid text would stop the stream for ever.`,
      remedy: 'Replicate from a UTF8 database.',
    },
    facts.slot_wal_limit_mb === -1 && {
      code: 'no_slot_limit',
      severity: 'info',
      subject: 'max_slot_wal_keep_size',
      message: 'The server keeps WAL for a stopped pipeline without limit, until its disk is full.',
      remedy: 'Set max_slot_wal_keep_size to what the disk can spare; beyond it a pipeline needs a resync.',
    },
  ];
  return findings.filter((finding) => finding !== false);
}

type Facts = {
  wal_level: string;
  encoding: string;
  role: string;
  free_slots: number;
  free_senders: number;
  may_replicate: boolean;
  may_create: boolean;
  slot_wal_limit_mb: number;
};

/** Managed services grant replication through a role of their own instead of the attribute. */
async function readFacts(client: Client): Promise<Facts> {
  const { rows } = await client.query<Facts>(
    `SELECT current_setting('wal_level') AS wal_level,
            current_setting('server_encoding') AS encoding,
            current_user::text AS role,
            (current_setting('max_replication_slots')::int4 - (SELECT count(*) FROM pg_replication_slots))::int4 AS free_slots,
            (current_setting('max_wal_senders')::int4
               - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walsender'))::int4 AS free_senders,
            r.rolreplication OR r.rolsuper OR EXISTS (
              SELECT FROM pg_roles m WHERE m.rolname IN ('rds_replication', 'rds_superuser', 'azure_pg_admin', 'cloudsqlsuperuser')
                 AND pg_has_role(current_user, m.oid, 'USAGE')) AS may_replicate,
            has_database_privilege(current_database(), 'CREATE') AS may_create,
            (SELECT setting::int4 FROM pg_settings WHERE name = 'max_slot_wal_keep_size') AS slot_wal_limit_mb
       FROM pg_roles r WHERE r.rolname = current_user`,
  );
  const facts = rows[0];
  if (!facts) throw new TypeError('the server did not describe itself');
  return facts;
}
