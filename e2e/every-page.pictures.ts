import { join } from 'node:path';
import { everyPage } from './support/pages.ts';
import { demoPipeline, expect, test } from './support/test.ts';

const WIDTHS = [1440, 390] as const;
const SCHEMES = ['light', 'dark'] as const;
const SETTLES_MS = 1_500;

/** Every page in both themes and widths, into test-results/pictures, to be looked at. */
test('every page is taken', async ({ console: page, product }) => {
  test.setTimeout(1_800_000);
  const pipeline = await demoPipeline(product);
  await page.goto(`/pipelines/${pipeline}`);
  await expect(page.getByText('Running', { exact: true })).toBeVisible({ timeout: 120_000 });
  for (const { name, path } of await everyPage(product)) {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.goto(path);
        // An open drawer hides the page behind it from everybody but the eye.
        await expect(page.getByRole('heading', { level: 1 }).or(page.getByRole('dialog')).first()).toBeVisible();
        // A picture is not a promise: figures and charts get a moment.
        await page.waitForTimeout(SETTLES_MS);
        const file = join('test-results/pictures', `${name}-${colorScheme}-${width}.png`);
        await page.screenshot({ path: file, fullPage: true });
      }
    }
  }
});
