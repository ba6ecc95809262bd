import { test as base, expect, type Page } from '@playwright/test';
import { type Product, startProduct } from './product.ts';

type Person = { readonly email: string; readonly password: string };

/** `product` runs once for all journeys of a worker; `console` is a page on which the owner is signed in. */
export const test = base.extend<{ console: Page }, { product: Product }>({
  product: [
    // biome-ignore lint/correctness/noEmptyPattern: the runner wants the fixtures of a fixture destructured.
    async ({}, use) => {
      const product = await startProduct({ demo: true });
      await use(product);
      await product.stop();
    },
    { scope: 'worker', timeout: 400_000 },
  ],
  baseURL: async ({ product }, use) => use(product.url),
  console: async ({ page, product }, use) => {
    await signIn(page, product.owner);
    await use(page);
  },
});
export { expect };

/** Signs in by the form and waits for the overview. */
export async function signIn(page: Page, { email, password }: Person): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).not.toHaveURL(/\/sign-in/);
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
}

/** The id of the demo's pipeline. */
export async function demoPipeline(product: Product): Promise<string> {
  const [row] = await product.metadata<{ id: string }>(`select id from pipeline where name = 'shop'`);
  if (!row) throw new Error('there is no demo pipeline');
  return row.id;
}
