import { expect, test } from 'vitest';
import { openPool } from './open-pool.ts';
import { openTestDatabase } from './testing/test-database.ts';

test('a connection that ends while it is lent out fails its next query, and nothing else', async () => {
  await using database = await openTestDatabase();
  const pool = openPool({ connectionString: database.url });
  const client = await pool.connect();
  const ended = new Promise<void>((resolve) => client.on('end', () => resolve()));
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  await database.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
  await ended;
  await expect(client.query('select 1')).rejects.toThrow();
  client.release(true);
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await pool.end();
});
