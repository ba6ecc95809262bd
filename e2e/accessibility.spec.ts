import AxeBuilder from '@axe-core/playwright';
import { everyPage } from './support/pages.ts';
import { expect, test } from './support/test.ts';

test('axe finds nothing serious on any page, light or dark', async ({ console: page, product }) => {
  // Some thirty pages, each judged whole.
  test.setTimeout(600_000);
  for (const { name, path } of await everyPage(product)) {
    await test.step(name, async () => {
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
      await page.goto(path);
      // An open drawer hides the page behind it from everybody but the eye.
      await expect(page.getByRole('heading', { level: 1 }).or(page.getByRole('dialog')).first()).toBeVisible();
      await expect(page.getByRole('status').filter({ hasText: 'Loading' })).toHaveCount(0);
      expect.soft(await serious(new AxeBuilder({ page })), `${name}, light`).toEqual([]);
      // Only colors change.
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
      const colors = new AxeBuilder({ page }).withRules(['color-contrast', 'link-in-text-block']);
      expect.soft(await serious(colors), `${name}, dark`).toEqual([]);
    });
  }
});

async function serious(axe: AxeBuilder): Promise<{ id: string; at: string[] }[]> {
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html) }));
}
