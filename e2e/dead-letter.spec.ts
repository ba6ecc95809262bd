import { demoPipeline, expect, test } from './support/test.ts';

test('a row that the lake cannot hold is parked, looked at, and replayed', async ({ console: page, product }) => {
  const pipeline = await demoPipeline(product);
  await page.goto(`/pipelines/${pipeline}`);
  await expect(page.getByText('Running', { exact: true })).toBeVisible({ timeout: 120_000 });

  await test.step('the row shows up without reloading', async () => {
    await page.goto(`/pipelines/${pipeline}/dead-letters`);
    await expect(page.getByText('Every row is carried')).toBeVisible();
    await product.shop(`update orders set total = 'NaN' where id = (select min(id) from orders)`);
    await expect(page.getByRole('row', { name: /Dead letter \d/ })).toBeVisible({ timeout: 60_000 });
  });

  await test.step('the value that failed is marked, and looking is deliberate', async () => {
    await page.getByRole('link', { name: /Dead letter \d/ }).click();
    const drawer = page.getByRole('dialog');
    await expect(drawer.getByText('kept in the audit log')).toBeVisible();
    await drawer.getByRole('button', { name: 'Show the row' }).click();
    await expect(drawer.getByText('NaN', { exact: true })).toBeVisible();
    await expect(drawer.getByText('could not be carried').last()).toBeVisible();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  });

  await test.step('the policy of the column is changed', async () => {
    await page.getByRole('link', { name: 'Tables', exact: true }).click();
    await page.getByRole('link', { name: 'public.orders', exact: true }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByLabel('Policy of total').selectOption({ label: 'Make it null' });
    await expect(page.getByText('public.orders is changed', { exact: true })).toBeVisible();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  });

  await test.step('the replay carries it', async () => {
    await page.getByRole('link', { name: /^Dead letters/ }).click();
    await page
      .getByRole('link', { name: /Dead letter \d/ })
      .last()
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Replay row' }).click();
    await expect(page.getByText('The replay is asked for', { exact: true })).toBeVisible();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await expect(page.getByRole('cell', { name: 'Replayed' })).toBeVisible({ timeout: 60_000 });
  });
});
