import { expect, signIn, test } from './support/test.ts';

test('the first sign-in leads to what runs, and out again', async ({ page, product }) => {
  await test.step('a stranger is asked to sign in', async () => {
    await page.goto('/pipelines');
    await expect(page).toHaveURL(/\/sign-in/);
  });

  await test.step('a wrong password is refused in words', async () => {
    await page.getByLabel('E-mail').fill(product.owner.email);
    await page.getByLabel('Password').fill('not this one');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByText('E-mail or password is wrong.')).toBeVisible();
    await expect(page.getByLabel('E-mail')).toHaveValue(product.owner.email);
  });

  await test.step('the printed password opens the overview', async () => {
    await signIn(page, product.owner);
    await page.goto('/');
    await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'shop', exact: true }).first()).toBeVisible();
  });

  await test.step('the demo becomes live without reloading', async () => {
    const row = page.getByRole('row', { name: /shop/ });
    await expect(row.getByText('Running')).toBeVisible({ timeout: 120_000 });
    // All of its tables; a journey before this one may have added some.
    await expect(row.getByText(/^(\d+) of \1$/)).toBeVisible();
  });

  await test.step('signing out ends the session', async () => {
    await page.getByRole('button', { name: /Signed in as/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await expect(page).toHaveURL(/\/sign-in/);
    await page.goto('/');
    await expect(page).toHaveURL(/\/sign-in/);
  });
});

test('signing in works without scripts', async ({ browser, product }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: product.url });
  const page = await context.newPage();
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(product.owner.email);
  await page.getByLabel('Password').fill(product.owner.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).not.toHaveURL(/sign-in/);
  await context.close();
});
