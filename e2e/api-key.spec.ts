import { demoPipeline, expect, test } from './support/test.ts';

test('an API key is made, used within its rights, and worthless once it is revoked', async ({
  console: page,
  product,
  playwright,
}) => {
  const pipeline = await demoPipeline(product);

  const token = await test.step('its token is shown once', async () => {
    await page.goto('/settings/api-keys');
    await page.getByRole('button', { name: 'Make an API key' }).first().click();
    await page.getByLabel('Name').fill('nightly report');
    await page.getByRole('checkbox', { name: 'See pipelines' }).check();
    await page.getByRole('dialog').getByRole('button', { name: 'Make API key' }).click();
    const shown = await page.getByRole('status', { name: 'Token' }).textContent();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.reload();
    await expect(page.getByText(String(shown))).toHaveCount(0);
    if (!shown) throw new Error('the token did not show');
    return shown;
  });

  const program = await playwright.request.newContext({
    baseURL: product.url,
    extraHTTPHeaders: { authorization: `Bearer ${token}` },
  });
  await test.step('it does what it was made for, and no more', async () => {
    expect((await program.get('/api/v1/pipelines')).status()).toBe(200);
    const refused = await program.post(`/api/v1/pipelines/${pipeline}/pause`);
    expect(refused.status()).toBe(403);
  });

  await test.step('its use shows, and it is revoked', async () => {
    await page.reload();
    const row = page.getByRole('row', { name: /nightly report/ });
    await expect(row.getByText(/ago|just now/)).toBeVisible();
    await page.getByRole('link', { name: 'nightly report' }).click();
    await page.getByRole('button', { name: 'Revoke API key' }).click();
    const asked = page.getByRole('dialog', { name: 'Revoke API key nightly report?' });
    await asked.getByRole('button', { name: 'Revoke API key' }).click();
    await expect(page.getByRole('dialog', { name: 'nightly report' }).getByText('Revoked')).toBeVisible();
    await page.getByRole('button', { name: 'Close' }).click();
    await expect(row.getByText('Revoked')).toBeVisible();
  });

  await test.step('nobody gets in with it', async () => {
    expect((await program.get('/api/v1/pipelines')).status()).toBe(401);
    await program.dispose();
  });
});
