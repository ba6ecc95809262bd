import { everyPage } from './support/pages.ts';
import { expect, test } from './support/test.ts';

/** Of scripts and styles as they are sent: what a page may ask of a slow line before it can be used. */
const BYTES_MAX = 1_300_000;

test('no page sends more code than the budget, or loads anything from elsewhere', async ({
  console: page,
  product,
}) => {
  test.setTimeout(300_000);
  for (const { name, path } of await everyPage(product)) {
    await test.step(name, async () => {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 }).or(page.getByRole('dialog')).first()).toBeVisible();
      await expect(page.getByRole('status').filter({ hasText: 'Loading' })).toHaveCount(0);
      const { bytes, hosts } = await page.evaluate(() => {
        const loaded = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
        const code = loaded.filter(({ name: url }) => /\.(?:js|css)(?:\?|$)/.test(url));
        return {
          bytes: code.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
          hosts: [...new Set(loaded.map(({ name: url }) => new URL(url).host))],
        };
      });
      expect.soft(bytes, name).toBeGreaterThan(0);
      expect.soft(bytes, name).toBeLessThan(BYTES_MAX);
      expect.soft(hosts, name).toEqual([new URL(page.url()).host]);
    });
  }
});
