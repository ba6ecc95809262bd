import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import { Client } from 'pg';

/** Two installers that start together wait for each other; the number is arbitrary and ours. */
const MIGRATION_LOCK = 7_315_449_001;

/** Brings the database at `url` to this version's schema. Safe to run at every start and by several processes at once. */
export async function migrate(url: string, options: { folder?: string } = {}): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'philotes_migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    // Segment tables are made per pipeline at run time, apart from the generated tables.
    await client.query('create schema if not exists buffer');
    await applyMigrations(drizzle(client), { migrationsFolder: options.folder ?? 'db/migrations' });
  } finally {
    await client.end();
  }
}
