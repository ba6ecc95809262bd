import { readFile } from 'node:fs/promises';
import pg from 'pg';

/** Tables of the demo; `orders` is also kept as a changelog. */
export const SHOP_TABLES = ['customers', 'products', 'orders', 'order_items', 'everything'] as const;

/** Creates and fills the shop at `url` unless it is there: about 234,000 rows, in one transaction of a few seconds. */
export async function seedShop(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query<{ seeded: boolean }>(`select to_regclass('everything') is not null as seeded`);
    if (found.rows[0]?.seeded) return;
    await client.query('begin');
    await client.query(await readFile('demo/shop.sql', 'utf8'));
    await client.query('commit');
    await client.query('analyze');
  } finally {
    await client.end();
  }
}
