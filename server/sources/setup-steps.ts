import { escapeIdentifier } from 'pg';
import { INSTALL_COLUMN_MESSAGES } from '@/server/domain/column-messages.ts';

export const SETUP_PROVIDERS = ['postgresql', 'rds', 'cloud-sql', 'azure', 'supabase', 'neon'] as const;
type Provider = (typeof SETUP_PROVIDERS)[number];

type Names = {
  readonly database: string;
  readonly role: string;
  readonly schemas: readonly string[];
  readonly owner: string;
};

type Step = {
  readonly title: string;
  readonly text: string;
  readonly sql: string | null;
  /** Pipelines run without it. */
  readonly optional: boolean;
};

/** Of servers of one kind. */
export type Setup = {
  readonly provider: Provider;
  readonly title: string;
  readonly steps: Step[];
  readonly sql: string;
};

/** What differs between the services: how WAL gets logical, who may replicate, and where to connect. */
type Service = {
  readonly title: string;
  readonly wal: Step;
  /** Statement that makes the role; `right` is what the service grants in place of REPLICATION. */
  readonly role: (role: string) => readonly string[];
  readonly connect: Step;
};

const PASSWORD = 'choose-a-password';
const WAL_SQL = `ALTER SYSTEM SET wal_level = 'logical';`;

const step = (title: string, text: string, sql: string | null = null, optional = false): Step => ({
  title,
  text,
  sql,
  optional,
});

const SERVICES: Readonly<Record<Provider, Service>> = {
  postgresql: {
    title: 'PostgreSQL',
    wal: step('Write logical WAL', 'As a superuser; then restart the server.', WAL_SQL),
    role: (role) => [`CREATE ROLE ${role} LOGIN REPLICATION PASSWORD '${PASSWORD}';`],
    connect: step(
      'Let it in',
      'Add a line for the role to pg_hba.conf (host, database and the address of this installation) and reload. Connect to the primary itself, not through a pooler.',
    ),
  },
  rds: {
    title: 'Amazon RDS and Aurora',
    wal: step(
      'Write logical WAL',
      'Set rds.logical_replication = 1 in the parameter group (of the cluster, for Aurora) and reboot the writer.',
    ),
    role: (role) => [`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}';`, `GRANT rds_replication TO ${role};`],
    connect: step(
      'Let it in',
      'Use the endpoint of the writer, not of RDS Proxy, and allow this installation in the security group.',
    ),
  },
  'cloud-sql': {
    title: 'Google Cloud SQL',
    wal: step('Write logical WAL', 'Set the flag cloudsql.logical_decoding = on on the instance; it restarts.'),
    role: (role) => [`CREATE ROLE ${role} LOGIN REPLICATION PASSWORD '${PASSWORD}';`],
    connect: step(
      'Let it in',
      'Use the instance’s address, private or with this installation among the authorised networks; run the statements as a member of cloudsqlsuperuser.',
    ),
  },
  azure: {
    title: 'Azure Database, flexible server',
    wal: step('Write logical WAL', 'Set wal_level to LOGICAL under Server parameters and restart the server.'),
    role: (role) => [`CREATE ROLE ${role} LOGIN REPLICATION PASSWORD '${PASSWORD}';`],
    connect: step(
      'Let it in',
      'Connect on port 5432, not on PgBouncer’s 6432, and allow this installation in the firewall. Run the statements as the server’s administrator.',
    ),
  },
  supabase: {
    title: 'Supabase',
    wal: step('Write logical WAL', 'It is on already.'),
    role: (role) => [`CREATE ROLE ${role} LOGIN REPLICATION BYPASSRLS PASSWORD '${PASSWORD}';`],
    connect: step(
      'Let it in',
      'Use the direct connection (db.<project>.supabase.co, port 5432), which is IPv6 unless the project has the IPv4 add-on. The poolers drop what replication needs.',
    ),
  },
  neon: {
    title: 'Neon',
    wal: step(
      'Write logical WAL',
      'Turn on Logical Replication in the project’s settings. It cannot be turned off again, and the compute restarts.',
    ),
    role: (role) => [`CREATE ROLE ${role} LOGIN REPLICATION PASSWORD '${PASSWORD}';`],
    connect: step(
      'Let it in',
      'Use the host without -pooler. A compute that scales to zero ends the stream; it goes on when the compute wakes.',
    ),
  },
};

/** Steps for servers of one kind. Names are quoted, so any name may be given. */
export function setupSteps(provider: Provider, names: Names): Setup {
  const { title, wal, role, connect } = SERVICES[provider];
  const steps = [
    wal,
    step(
      'Make a role',
      'Replace the password. It can log in and read the replication stream, and nothing else yet.',
      role(escapeIdentifier(names.role)).join('\n'),
    ),
    step('Let it read', 'Only the schemas that you want to replicate, present tables and later ones.', readSql(names)),
    step(
      'Let it publish',
      'Only owners of a table may publish it, so the role becomes a member of the owner. Publication and slot are made and removed by Philotes.',
      publishSql(names),
    ),
    connect,
    step(
      'Tell of changed columns',
      'An event trigger writes into the log which columns a table has whenever they change, so that a column that was dropped and a later one of its name are never taken for each other, however far behind a pipeline is. It needs a superuser, or whom the service allows to make event triggers.',
      INSTALL_COLUMN_MESSAGES,
      true,
    ),
  ];
  const needed = steps.filter(({ optional }) => !optional);
  return { provider, title, steps, sql: needed.flatMap(({ sql }) => sql ?? []).join('\n\n') };
}

const readSql = ({ role, schemas, owner }: Names): string =>
  schemas
    .map((schema) => escapeIdentifier(schema))
    .flatMap((schema) => [
      `GRANT USAGE ON SCHEMA ${schema} TO ${escapeIdentifier(role)};`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${escapeIdentifier(role)};`,
      `ALTER DEFAULT PRIVILEGES FOR ROLE ${escapeIdentifier(owner)} IN SCHEMA ${schema} GRANT SELECT ON TABLES TO ${escapeIdentifier(role)};`,
    ])
    .join('\n');

const publishSql = ({ role, owner, database }: Names): string =>
  [
    `GRANT CREATE ON DATABASE ${escapeIdentifier(database)} TO ${escapeIdentifier(role)};`,
    `GRANT ${escapeIdentifier(owner)} TO ${escapeIdentifier(role)};`,
  ].join('\n');
