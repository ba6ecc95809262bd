import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Pool } from 'pg';
import { openPool } from './open-pool.ts';

/** Our own database: a pool for hand-written SQL and drizzle over the same pool. */
export type Database = {
  readonly pool: Pool;
  readonly db: NodePgDatabase;
  close(): Promise<void>;
};

/** Opens a pool; nothing connects until it is used. `onError` hears of idle connections that break. */
export function openDatabase(url: string, options: { max?: number; onError?: (error: Error) => void } = {}): Database {
  const pool = openPool(
    { connectionString: url, max: options.max ?? 10, application_name: 'philotes' },
    options.onError,
  );
  return { pool, db: drizzle(pool), close: () => pool.end() };
}
