import AxeBuilder from '@axe-core/playwright';
import { everyPage } from './support/pages.ts';
import { expect, test } from './support/test.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious on any page, ${colorScheme}`, async ({ console: page, product }) => {
    // Some thirty pages, each judged whole.
    test.setTimeout(600_000);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const { name, path } of await everyPage(product)) {
      await test.step(name, async () => {
        await page.goto(path);
        // An open drawer hides the page behind it from everybody but the eye.
        await expect(page.getByRole('heading', { level: 1 }).or(page.getByRole('dialog')).first()).toBeVisible();
        await expect(page.getByRole('status').filter({ hasText: 'Loading' })).toHaveCount(0);
        const { violations } = await new AxeBuilder({ page }).analyze();
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect
          .soft(
            serious.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html) })),
            name,
          )
          .toEqual([]);
      });
    }
  });
}
