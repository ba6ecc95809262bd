import { demoPipeline, expect, signIn, test } from './support/test.ts';

const VIEWER = { email: 'viewer@example.org', password: 'a password for reading' };

test('a viewer sees everything, and is told why nothing can be changed', async ({
  console: owner,
  browser,
  product,
}) => {
  const pipeline = await demoPipeline(product);
  const invited = await owner.request.post('/api/v1/members', {
    data: { email: VIEWER.email, role: 'viewer' },
    headers: { origin: product.url },
  });
  expect(invited.status()).toBe(201);
  const { link } = await invited.json();

  const context = await browser.newContext({ baseURL: product.url });
  const page = await context.newPage();
  await test.step('the invitation asks for a password and signs in', async () => {
    await page.goto(link);
    await page.getByLabel(/Password/).fill(VIEWER.password);
    await page.getByRole('button', { name: /Save password/ }).click();
    await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
  });

  await test.step('buttons say which role is needed, and do nothing', async () => {
    await page.goto(`/pipelines/${pipeline}`);
    const pause = page.getByRole('button', { name: 'Pause pipeline' });
    await expect(pause).toHaveAttribute('aria-disabled', 'true');
    await pause.focus();
    await expect(page.getByRole('tooltip')).toContainText('This needs the role operator. Yours is viewer.');
    await pause.click({ force: true });
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });

  await test.step('the server refuses too', async () => {
    const refused = await page.request.post(`/api/v1/pipelines/${pipeline}/pause`, {
      headers: { origin: product.url },
    });
    expect(refused.status()).toBe(403);
    expect((await refused.json()).code).toBe('FORBIDDEN');
  });

  await test.step('the password is theirs from then on', async () => {
    await page.context().clearCookies();
    await signIn(page, VIEWER);
    await expect(page.getByRole('button', { name: /Signed in as viewer@example.org/ })).toBeVisible();
  });
  await context.close();
});
