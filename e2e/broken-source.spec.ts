import { demoPipeline, expect, test } from './support/test.ts';

test('a slot that was dropped stops the pipeline, and its remedy mends it', async ({ console: page, product }) => {
  const pipeline = await demoPipeline(product);
  await page.goto(`/pipelines/${pipeline}`);
  await expect(page.getByText('Running', { exact: true })).toBeVisible({ timeout: 120_000 });

  await test.step('somebody drops the slot', async () => {
    const [slot] = await product.shop<{ slot_name: string }>(
      `select slot_name from pg_replication_slots where database = 'shop'`,
    );
    await expect(async () => {
      await product.shop(`select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1`, [
        slot?.slot_name,
      ]);
      await product.shop(`select pg_drop_replication_slot($1)`, [slot?.slot_name]);
    }).toPass({ timeout: 60_000, intervals: [50] });
  });

  await test.step('the page says so, and what to do', async () => {
    await expect(page.getByText('Needs attention', { exact: true }).first()).toBeVisible({ timeout: 120_000 });
    await expect(page.getByText('Stuck here.')).toBeVisible();
    await expect(page.getByRole('link', { name: /SOURCE_SLOT_/ }).first()).toBeVisible();
    await page.goto('/');
    await expect(page.getByRole('heading', { name: 'Needs attention' })).toBeVisible();
  });

  await test.step('the remedy on the overview copies everything anew', async () => {
    await page.getByRole('button', { name: 'Resync pipeline' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByText(/^\d+ tables are copied anew/)).toBeVisible();
    await dialog.getByRole('button', { name: 'Resync pipeline' }).click();
    await expect(page.getByRole('heading', { name: 'Needs attention' })).toHaveCount(0, { timeout: 60_000 });
  });

  await test.step('and the pipeline runs again', async () => {
    await page.goto(`/pipelines/${pipeline}`);
    await expect(page.getByText('Running', { exact: true })).toBeVisible({ timeout: 180_000 });
  });
});
