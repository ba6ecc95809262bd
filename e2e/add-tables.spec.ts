import { demoPipeline, expect, test } from './support/test.ts';

test('a table is added to a pipeline that runs, and comes to life beside the others', async ({
  console: page,
  product,
}) => {
  const pipeline = await demoPipeline(product);
  await page.goto(`/pipelines/${pipeline}/tables`);
  await expect(page.getByText('Running', { exact: true })).toBeVisible({ timeout: 120_000 });
  await product.shop('create table refunds (id bigint primary key, amount numeric(10, 2) not null)');
  await product.shop('insert into refunds select n, n from generate_series(1, 500) n');

  await page.getByRole('button', { name: 'Add tables' }).click();
  const drawer = page.getByRole('dialog', { name: 'Add tables to shop' });
  await drawer.getByRole('checkbox', { name: 'Add public.refunds' }).check();
  await drawer.getByRole('combobox', { name: 'Mode of public.refunds' }).selectOption('both');
  await drawer.getByRole('button', { name: 'Add 1 table' }).click();

  const row = page.getByRole('row', { name: /public\.refunds/ });
  await expect(row.getByText('Live')).toBeVisible({ timeout: 120_000 });
  await expect(row.getByText('changelog')).toBeVisible();
  const [added] = await product.metadata<{ rows: number }>(
    `select copy_rows::int as rows from pipeline_table where source_table = 'refunds'`,
  );
  expect(added?.rows).toBe(500);
});
