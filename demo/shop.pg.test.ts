import pg from 'pg';
import { expect, test } from 'vitest';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { SHOP_TABLES, seedShop } from './shop.ts';
import { pickTransaction } from './transactions.ts';
import { startWorkload } from './workload.ts';

test('the shop has over 200,000 rows, long texts outside the row, and is seeded once', async () => {
  await using db = await openTestDatabase();
  await seedShop(db.url);
  await seedShop(db.url);
  let rows = 0;
  for (const table of SHOP_TABLES) rows += Number((await db.query(`select count(*) from ${table}`))[0]?.count);
  expect(rows).toBeGreaterThanOrEqual(200_000);
  const [long] = await db.query(
    `select min(length(description)) as length from products where description is not null`,
  );
  expect(long?.length).toBeGreaterThan(8_000);
});

test('every kind of transaction succeeds, and the workload runs them until it is stopped', async () => {
  await using db = await openTestDatabase();
  await seedShop(db.url);
  const client = new pg.Client({ connectionString: db.url });
  await client.connect();
  for (let dice = 0.005; dice < 1; dice += 0.01) {
    await client.query('begin');
    await pickTransaction(dice)(client);
    await client.query('commit');
  }
  await client.end();
  const workload = startWorkload({ url: db.url, ratePerSecond: 200 });
  await expect.poll(() => workload.committed(), { timeout: 30_000 }).toBeGreaterThan(100);
  await workload.stop();
  expect(await db.query(`select 1 from orders where total < 0`)).toEqual([]);
});
