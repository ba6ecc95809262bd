import { expect, test } from './support/test.ts';

const ROLE = { name: 'journey', password: 'a password for the journey' };

test('from a database to its first rows in the lake, through the wizard', async ({ console: page, product }) => {
  // What the setup guide says: a role with the least rights, and a table that it may publish.
  await product.shop(`create role ${ROLE.name} login replication password '${ROLE.password}'`);
  await product.shop(`grant create on database shop to ${ROLE.name}`);
  await product.shop('create table public.journey_note (id bigint primary key, body text not null)');
  await product.shop(`insert into public.journey_note values (1, 'the first note'), (2, 'the second note')`);
  await product.shop(`alter table public.journey_note owner to ${ROLE.name}`);
  const [demo] = await product.metadata<{ host: string; port: number }>(`select host, port from source limit 1`);
  if (!demo) throw new Error('the demo has no source');

  await test.step('a wrong form says what is wrong, beside the field', async () => {
    await page.goto('/pipelines/new');
    await page.getByRole('button', { name: 'Connect another source' }).click();
    await page.getByRole('button', { name: 'Connect source' }).click();
    await expect(page.getByText('Fill this in.').first()).toBeVisible();
  });

  await test.step('a source is connected, and what was typed survives a reload', async () => {
    await page.getByLabel('Name', { exact: true }).fill('journey');
    await page.getByLabel('Host', { exact: true }).fill(demo.host);
    await page.getByLabel('Port', { exact: true }).fill(String(demo.port));
    await page.getByLabel('Database', { exact: true }).fill('shop');
    await page.getByLabel('User', { exact: true }).fill(ROLE.name);
    await page.getByLabel('TLS', { exact: true }).selectOption('disable');
    await page.reload();
    await expect(page.getByLabel('Host', { exact: true })).toHaveValue(demo.host);
    await page.getByLabel('Password', { exact: true }).fill(ROLE.password);
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect(page.getByText(/Connected to PostgreSQL/)).toBeVisible({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Connect source' }).click();
  });

  await test.step('the check lets it pass', async () => {
    await expect(page.getByText(/Nothing blocks: the server sends logical changes/)).toBeVisible();
    await page.getByRole('button', { name: 'Choose tables' }).click();
  });

  await test.step('tables are chosen by pattern, and stay chosen over a reload', async () => {
    await page.getByRole('searchbox', { name: /Name or pattern/ }).fill('public.journey_*');
    await page.getByRole('button', { name: 'Select 1 match' }).click();
    await expect(page.getByText('1 table chosen')).toBeVisible();
    await page.reload();
    await expect(page.getByRole('checkbox', { name: 'Replicate public.journey_note' })).toBeChecked();
    await page.getByRole('button', { name: 'Choose a destination' }).click();
  });

  await test.step('the destination, and what will be made there', async () => {
    await page.getByRole('radiogroup', { name: 'Destination' }).getByText('lake', { exact: true }).click();
    await page.getByLabel('Namespace').fill('journey');
    await page.getByRole('button', { name: 'Review' }).click();
    await expect(page.getByText('from public.journey_note')).toBeVisible();
    await expect(page.getByText(/every chosen table can be copied and followed/)).toBeVisible();
    await page.getByRole('button', { name: 'Create and start pipeline' }).click();
  });

  await test.step('the pipeline runs', async () => {
    await expect(page).toHaveURL(/\/pipelines\/pl_/);
    await expect(page.getByRole('heading', { level: 1, name: 'journey' })).toBeVisible();
    await expect(page.getByText('Running').first()).toBeVisible({ timeout: 120_000 });
  });

  await test.step('its rows are in the lake', async () => {
    const [made] = await product.metadata<{ destination_id: string }>(
      `select destination_id from pipeline where name = 'journey'`,
    );
    await page.goto(`/lake/${made?.destination_id}/journey/journey_note?view=preview`);
    await expect(page.getByText('the first note')).toBeVisible({ timeout: 60_000 });
  });
});
