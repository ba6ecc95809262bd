import { sqlName } from './sql-name.ts';

export const PROVIDERS = ['postgresql', 'rds', 'cloud-sql', 'azure', 'supabase', 'neon'] as const;
export type Provider = (typeof PROVIDERS)[number];

export const PROVIDER_WORDS: Readonly<Record<Provider, string>> = {
  postgresql: 'PostgreSQL',
  rds: 'Amazon RDS',
  'cloud-sql': 'Cloud SQL',
  azure: 'Azure',
  supabase: 'Supabase',
  neon: 'Neon',
};

type Wanted = { readonly role: string; readonly database: string; readonly schema: string };
export type SetupStep = { readonly title: string; readonly text: string; readonly sql: string | null };

/** What each service calls the same things. */
type Service = {
  readonly logical: { readonly text: string; readonly sql: string | null };
  readonly role: { readonly text: string; readonly sql: ((role: string) => string) | null };
};

const PASSWORD = 'choose-a-long-password';

const SERVICES: Readonly<Record<Provider, Service>> = {
  postgresql: {
    logical: {
      text: 'As a superuser; it takes effect with a restart.',
      sql: `ALTER SYSTEM SET wal_level = 'logical';`,
    },
    role: {
      text: 'It may sign in and read the replication stream, and nothing else.',
      sql: (role) => `CREATE ROLE ${role} LOGIN REPLICATION PASSWORD '${PASSWORD}';`,
    },
  },
  rds: {
    logical: {
      text: 'Set rds.logical_replication = 1 in the parameter group of the instance or cluster (Aurora too), then reboot it.',
      sql: null,
    },
    role: {
      text: 'RDS grants replication by a role of its own.',
      sql: (role) => `CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}';\nGRANT rds_replication TO ${role};`,
    },
  },
  'cloud-sql': {
    logical: { text: 'Set the flag cloudsql.logical_decoding = on for the instance; it restarts.', sql: null },
    role: {
      text: 'As the user postgres, or another member of cloudsqlsuperuser.',
      sql: (role) => `CREATE ROLE ${role} LOGIN REPLICATION PASSWORD '${PASSWORD}';`,
    },
  },
  azure: {
    logical: { text: 'Set the server parameter wal_level to logical (Flexible Server), then restart.', sql: null },
    role: {
      text: 'As the server’s administrator.',
      sql: (role) => `CREATE ROLE ${role} LOGIN REPLICATION PASSWORD '${PASSWORD}';`,
    },
  },
  supabase: {
    logical: {
      text: 'Already on. Use the direct connection (db.<project>.supabase.co, port 5432): a pooler cannot carry replication.',
      sql: null,
    },
    role: {
      text: 'In the SQL editor, as postgres.',
      sql: (role) => `CREATE ROLE ${role} LOGIN REPLICATION PASSWORD '${PASSWORD}';`,
    },
  },
  neon: {
    logical: {
      text: 'Enable logical replication in the project’s settings, and use the direct address (without -pooler).',
      sql: null,
    },
    role: {
      text: 'Create the role in Neon’s console or with its API: such roles may replicate; those made by SQL may not.',
      sql: null,
    },
  },
};

/** How to make a user with the least rights that replication needs, step by step. */
export function setupSteps(provider: Provider, { role, database, schema }: Wanted): SetupStep[] {
  const { logical, role: makes } = SERVICES[provider];
  const user = sqlName(role);
  const from = sqlName(schema);
  return [
    { title: 'Let the server write logical changes', ...logical },
    { title: 'Make a role', text: makes.text, sql: makes.sql?.(user) ?? null },
    {
      title: 'Let it read, and publish',
      text: 'In the database itself. CREATE is for its publication; default privileges are for tables to come.',
      sql: [
        `GRANT CONNECT, CREATE ON DATABASE ${sqlName(database)} TO ${user};`,
        `GRANT USAGE ON SCHEMA ${from} TO ${user};`,
        `GRANT SELECT ON ALL TABLES IN SCHEMA ${from} TO ${user};`,
        `ALTER DEFAULT PRIVILEGES IN SCHEMA ${from} GRANT SELECT ON TABLES TO ${user};`,
      ].join('\n'),
    },
    {
      title: 'Make it a member of the tables’ owner',
      text: 'PostgreSQL lets only a table’s owner add it to a publication.',
      sql: ownersSql(role, schema),
    },
  ];
}

/** All statements, to run at once. */
export const setupSql = (steps: readonly SetupStep[]): string =>
  steps.map(({ title, text, sql }) => (sql === null ? `-- ${title}: ${text}` : `-- ${title}\n${sql}`)).join('\n\n');

const ownersSql = (role: string, schema: string): string => `DO $$
DECLARE owner name;
BEGIN
  FOR owner IN SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = '${schema.replaceAll("'", "''")}'
  LOOP
    EXECUTE format('GRANT %I TO %I', owner, '${role.replaceAll("'", "''")}');
  END LOOP;
END $$;`;
