import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { openPool } from '@/db/open-pool.ts';

export type TestDatabase = AsyncDisposable & {
  readonly url: string;
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly database: string;
  };
  /** Rows of one statement on a pool of this database. */
  query<Row extends pg.QueryResultRow = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<Row[]>;
};

/**
 * A database of its own on the test run's PostgreSQL (wal_level=logical), with Philotes' tables when `migrated`, or an
 * empty one on the server at `server`. On dispose its replication slots and the database are dropped, also when the test
 * left connections or walsenders behind.
 */
export async function openTestDatabase(
  options: { migrated?: true; server?: never } | { migrated?: never; server?: string } = {},
): Promise<TestDatabase> {
  const serverUrl = new URL(options.server ?? inject('postgresUrl'));
  const database = `test_${randomBytes(8).toString('hex')}`;
  const template = options.migrated ? inject('migratedTemplate') : 'template1';
  await onServer(serverUrl, (client) => client.query(`create database ${database} template ${template}`));
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  const pool = openPool({ connectionString: url.href, max: 8 });
  return {
    url: url.href,
    connection: {
      host: url.hostname,
      port: Number(url.port),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database,
    },
    async query<Row extends pg.QueryResultRow>(sql: string, params: unknown[] = []) {
      return (await pool.query<Row>(sql, params)).rows;
    },
    async [Symbol.asyncDispose]() {
      await pool.end();
      await onServer(serverUrl, (client) => drop(client, database));
    },
  };
}

async function drop(client: pg.Client, database: string): Promise<void> {
  await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [database]);
  // A walsender that was just told to end may hold its slot a moment longer; the server tells when it is free.
  for (let attempt = 0; ; attempt++) {
    try {
      await client.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = $1', [
        database,
      ]);
      break;
    } catch (error) {
      if (attempt === 50) throw error;
      await client.query('select pg_sleep(0.1)');
    }
  }
  await client.query(`drop database ${database} with (force)`);
}

async function onServer(url: URL, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
