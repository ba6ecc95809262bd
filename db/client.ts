import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { Pool, type PoolConfig, types } from 'pg';

/** Our own database: a pool for hand-written SQL and drizzle over the same pool. */
export type Database = {
  readonly pool: Pool;
  readonly db: NodePgDatabase;
  close(): Promise<void>;
};

const BYTEA_OID = 17;

/** Opens a pool; nothing connects until it is used. `onError` hears of idle connections that break. */
export function openDatabase(url: string, options: { max?: number; onError?: (error: Error) => void } = {}): Database {
  const config: PoolConfig = { connectionString: url, max: options.max ?? 10, application_name: 'philotes' };
  const pool = new Pool(config);
  pool.on('error', options.onError ?? (() => undefined));
  return { pool, db: drizzle(pool), close: () => pool.end() };
}

/**
 * For queries in binary result format (`binary: true`): bytea arrives as the bytes themselves instead of hex text,
 * which costs half as much to receive and nothing to decode. All other columns of such a query are cast to bytea or
 * read as raw buffers too.
 */
export const binaryBytea = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    format === 'binary' && oid === BYTEA_OID
      ? (value: Buffer) => value
      : types.getTypeParser(oid, format as 'text')) as typeof types.getTypeParser,
};
