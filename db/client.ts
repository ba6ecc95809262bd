import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Pool } from 'pg';
import { openPool } from './open-pool.ts';

/** Our own database: a pool for hand-written SQL and drizzle over the same pool. */
export type Database = {
  readonly pool: Pool;
  readonly db: NodePgDatabase;
  /** Changes that people make are checked in full and then not made. */
  readonly isTrial?: boolean;
  close(): Promise<void>;
};

/** A process that stands still within a transaction holds its locks no longer than this. */
const IDLE_IN_TRANSACTION_MS = 60_000;

type Options = { max?: number; applicationName?: string; onError?: (error: Error) => void };

/** Opens a pool; nothing connects until it is used. `onError` hears of idle connections that break. */
export function openDatabase(url: string, options: Options = {}): Database {
  const { max = 10, applicationName = 'philotes', onError } = options;
  const settings = `set idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`;
  const pool = openPool(
    {
      connectionString: url,
      max,
      application_name: applicationName,
      // A statement: poolers refuse connections that bring settings of their own.
      onConnect: (client) => client.query(settings).then(() => undefined),
    },
    onError,
  );
  return { pool, db: drizzle(pool), close: () => pool.end() };
}
