import { demoPipeline, expect, test } from './support/test.ts';

test('rows are left out by conditions that the console offers, and refused ones are explained', async ({
  console: page,
  product,
}) => {
  const pipeline = await demoPipeline(product);
  await product.shop(`create table parcels (id bigint primary key, status text not null);
    insert into parcels select n, 'open' from generate_series(1, 50) n`);
  await page.goto(`/pipelines/${pipeline}/tables`);
  await expect(page.getByText('Running', { exact: true })).toBeVisible({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Add tables' }).click();
  const adding = page.getByRole('dialog', { name: 'Add tables to shop' });
  await adding.getByRole('checkbox', { name: 'Add public.parcels' }).check();
  await adding.getByRole('button', { name: 'Add 1 table' }).click();
  const row = page.getByRole('row', { name: /public\.parcels/ });
  await expect(row.getByText('Live')).toBeVisible({ timeout: 120_000 });

  await page.getByRole('link', { name: 'public.parcels', exact: true }).click();
  const drawer = page.getByRole('dialog', { name: 'public.parcels', exact: true });
  await expect(drawer.getByText('All rows are carried.')).toBeVisible();
  await expect(drawer.getByText('REPLICA IDENTITY FULL')).toBeVisible();
  await drawer.getByRole('button', { name: 'Add condition' }).click();
  await drawer.getByRole('combobox', { name: 'Operator of condition 1' }).selectOption('<=');
  await drawer.getByRole('textbox', { name: 'Value of condition 1' }).fill('ten');
  // What is not saved yet is not lost by a key.
  await page.keyboard.press('Escape');
  await page
    .getByRole('dialog', { name: 'Close without saving?' })
    .getByRole('button', { name: 'Keep editing' })
    .click();
  await expect(drawer.getByRole('textbox', { name: 'Value of condition 1' })).toHaveValue('ten');
  await drawer.getByRole('button', { name: 'Save row filter' }).click();
  const asked = page.getByRole('dialog', { name: 'Change the rows of public.parcels?' });
  // Judged before anybody is asked.
  await expect(drawer.getByText(/the value is none of type bigint/)).toBeVisible();
  await expect(asked).toBeHidden();
  await drawer.getByRole('textbox', { name: 'Value of condition 1' }).fill('10');
  await drawer.getByRole('button', { name: 'Save row filter' }).click();
  await asked.getByRole('button', { name: 'Save and copy' }).click();
  await expect(asked).toBeHidden();
  await expect
    .poll(
      async () =>
        (
          await product.metadata<{ rows: number }>(
            `select copy_rows::int as rows from pipeline_table where source_table = 'parcels' and state = 'live'`,
          )
        )[0]?.rows,
      { timeout: 120_000 },
    )
    .toBe(10);
});
