import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { Pool, type PoolConfig } from 'pg';

/** Our own database: a pool for hand-written SQL and drizzle over the same pool. */
export type Database = {
  readonly pool: Pool;
  readonly db: NodePgDatabase;
  close(): Promise<void>;
};

/** Opens a pool; nothing connects until it is used. `onError` hears of idle connections that break. */
export function openDatabase(url: string, options: { max?: number; onError?: (error: Error) => void } = {}): Database {
  const config: PoolConfig = { connectionString: url, max: options.max ?? 10, application_name: 'philotes' };
  const pool = new Pool(config);
  pool.on('error', options.onError ?? (() => undefined));
  // A connection that breaks while it is lent out fails the next query on it; as an event it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return { pool, db: drizzle(pool), close: () => pool.end() };
}
