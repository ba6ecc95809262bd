import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { everyPage } from './support/pages.ts';
import { expect, test } from './support/test.ts';

/** Of scripts and styles as they are sent: what a page may ask of a slow line before it can be used. */
const BYTES_MAX = 1_100_000;

test('every page is light, loads nothing from elsewhere, and axe finds nothing serious on it, light or dark', async ({
  console: page,
  product,
}) => {
  // Some forty pages, each judged whole.
  test.setTimeout(600_000);
  for (const { name, path } of await everyPage(product)) {
    await test.step(name, async () => {
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
      await page.goto(path);
      // An open drawer hides the page behind it from everybody but the eye.
      await expect(page.getByRole('heading', { level: 1 }).or(page.getByRole('dialog')).first()).toBeVisible();
      await expect(page.getByRole('status').filter({ hasText: 'Loading' })).toHaveCount(0);
      const { bytes, hosts } = await loadedBy(page);
      expect.soft(bytes, name).toBeGreaterThan(0);
      expect.soft(bytes, name).toBeLessThan(BYTES_MAX);
      expect.soft(hosts, name).toEqual([new URL(page.url()).host]);
      expect.soft(await serious(new AxeBuilder({ page })), `${name}, light`).toEqual([]);
      // Only colors change.
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
      const colors = new AxeBuilder({ page }).withRules(['color-contrast', 'link-in-text-block']);
      expect.soft(await serious(colors), `${name}, dark`).toEqual([]);
    });
  }
});

/** Bytes of the page's scripts and styles, and the hosts that anything came from. */
async function loadedBy(page: Page): Promise<{ bytes: number; hosts: string[] }> {
  return page.evaluate(() => {
    const loaded = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const code = loaded.filter(({ name: url }) => /\.(?:js|css)(?:\?|$)/.test(url));
    return {
      bytes: code.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
      hosts: [...new Set(loaded.map(({ name: url }) => new URL(url).host))],
    };
  });
}

async function serious(axe: AxeBuilder): Promise<{ id: string; at: string[] }[]> {
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html) }));
}
