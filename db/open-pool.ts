import { Pool, type PoolConfig } from 'pg';

/**
 * Opens a pool that outlives its server; nothing connects until it is used. A connection that breaks while it is lent out fails
 * the next query on it; as an event it would end the process. `onError` hears of idle ones.
 */
export function openPool(config: PoolConfig, onError: (error: Error) => void = () => undefined): Pool {
  const pool = new Pool(config);
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
