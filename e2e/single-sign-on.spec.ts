import { openOidcIssuer } from '@/server/auth/testing/oidc-issuer.ts';
import { expect, test } from './support/test.ts';

const CLIENT = { clientId: 'philotes', clientSecret: 'a secret between the two' };
const ANA = { sub: 'ana', email: 'ana@example.org', emailVerified: true, name: 'Ana' };

test('people of an identity provider come in with the role of their group', async ({
  console: owner,
  browser,
  product,
}) => {
  await using issuer = await openOidcIssuer({
    ...CLIENT,
    redirectUri: `${product.url}/api/auth/callback/oidc`,
    people: [
      { ...ANA, groups: ['data-operators'] },
      { sub: 'bob', email: 'bob@example.org', emailVerified: true, groups: ['sales'] },
    ],
  });

  await test.step('the owner connects the provider and tests it', async () => {
    await owner.goto('/settings/sign-in');
    await expect(owner.getByText(`${product.url}/api/auth/callback/oidc`)).toBeVisible();
    await owner.getByLabel('Name on the button').fill('Example ID');
    await owner.getByLabel('Issuer').fill(issuer.issuer);
    await owner.getByLabel('Client id').fill(CLIENT.clientId);
    await owner.getByLabel('Client secret').fill(CLIENT.clientSecret);
    await owner.getByLabel('Scopes').fill('openid email profile groups');
    await owner.getByLabel('Group 1', { exact: true }).fill('data-operators');
    await owner.getByLabel('Role of group 1').selectOption('operator');
    await owner.getByRole('button', { name: 'Test sign-in' }).click();
    await expect(owner.locator('[aria-live] li').first()).toBeVisible();
    await owner.getByRole('button', { name: 'Save single sign-on' }).click();
    await expect(owner.getByText('Single sign-on is saved', { exact: true })).toBeVisible();
  });

  const signInAs = async (login: string) => {
    const context = await browser.newContext({ baseURL: product.url });
    const page = await context.newPage();
    await page.goto('/sign-in');
    await page.getByRole('button', { name: 'Continue with Example ID' }).click();
    await page.locator('[name=login]').fill(login);
    await page.getByRole('button').click();
    return { page, close: () => context.close() };
  };

  await test.step('somebody in a mapped group is an operator', async () => {
    const { page, close } = await signInAs('ana');
    await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
    await page.goto('/settings/profile');
    await expect(page.getByText(/Operator: /)).toBeVisible();
    await close();
  });

  await test.step('somebody in no mapped group stays outside', async () => {
    const { page, close } = await signInAs('bob');
    await expect(page).toHaveURL(/\/sign-in/);
    await expect(page.getByRole('alert').filter({ hasText: 'You are known' })).toBeVisible();
    await close();
  });

  await test.step('their role cannot be changed by hand', async () => {
    await owner.goto('/settings/members');
    await owner.getByRole('link', { name: ANA.email }).click();
    await expect(owner.getByRole('dialog').getByRole('combobox', { name: 'Role' })).toBeDisabled();
  });
});
