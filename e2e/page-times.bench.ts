import type { Page } from '@playwright/test';
import { everyPage } from './support/pages.ts';
import type { Product } from './support/product.ts';
import { demoPipeline, expect, test } from './support/test.ts';

const PIPELINES = 1_000;
const VISITS = 5;

/**
 * How long each page takes from its address to what it is about, with as many pipelines as a large installation has: medians
 * in milliseconds, the slowest first. The demo goes on beside it.
 */
test(`the pages of ${PIPELINES} pipelines`, async ({ console: page, product }) => {
  test.setTimeout(1_800_000);
  const id = await demoPipeline(product);
  await page.goto(`/pipelines/${id}`);
  await expect(page.getByText('Running', { exact: true })).toBeVisible({ timeout: 120_000 });
  await definePipelines(product, id);
  const times: { page: string; ms: number; bestMs: number }[] = [];
  for (const { name, path } of await everyPage(product, id)) {
    const visits: number[] = [];
    // The first one fills the browser's cache.
    for (let visit = 0; visit <= VISITS; visit++) {
      const ms = await timeTo(page, path);
      if (visit > 0) visits.push(ms);
    }
    visits.sort((one, other) => one - other);
    times.push({ page: name, ms: visits[Math.floor(VISITS / 2)] ?? Number.NaN, bestMs: visits[0] ?? Number.NaN });
  }
  times.sort((one, other) => other.ms - one.ms);
  for (const time of times) console.log(JSON.stringify(time));
  const medians = times.map(({ ms }) => ms);
  console.log(
    JSON.stringify({
      bench: 'pages',
      pages: times.length,
      pipelines: PIPELINES,
      medianMs: medians[Math.floor(medians.length / 2)],
      worstMs: medians[0],
      withinASecond: medians.filter((ms) => ms < 1_000).length,
    }),
  );
});

/** Until the page shows its heading or drawer and nothing of it is still loading. */
async function timeTo(page: Page, path: string): Promise<number> {
  const began = performance.now();
  await page.goto(path, { waitUntil: 'commit' });
  await page.waitForFunction(() => {
    const shows = document.querySelector('h1, [role="dialog"]') !== null;
    const loads = [...document.querySelectorAll('[role="status"]')].some((one) => one.textContent.includes('Loading'));
    return shows && !loads;
  });
  return Math.round(performance.now() - began);
}

/** Copies of one pipeline with its tables, at rest. */
async function definePipelines({ metadata }: Product, id: string): Promise<void> {
  const names = async (table: string) =>
    (
      await metadata<{ name: string }>(
        `select column_name as name from information_schema.columns where table_name = $1 and column_name <> all ($2)`,
        [table, ['id', 'number', 'name', 'state', 'desired_state', 'pipeline_id', 'namespace']],
      )
    )
      .map(({ name }) => `"${name}"`)
      .join(', ');
  const [ofPipeline, ofTable] = [await names('pipeline'), await names('pipeline_table')];
  await metadata(
    `insert into pipeline (id, name, namespace, state, desired_state, ${ofPipeline})
     select 'pl_many' || i, 'many ' || i, 'many_' || i, 'stopped', 'stopped', ${ofPipeline}
       from pipeline, generate_series(1, ${PIPELINES}) i where id = $1`,
    [id],
  );
  await metadata(
    `insert into pipeline_table (pipeline_id, state, ${ofTable})
     select 'pl_many' || i, 'live', ${ofTable} from pipeline_table, generate_series(1, ${PIPELINES}) i where pipeline_id = $1`,
    [id],
  );
  await metadata('analyze pipeline, pipeline_table');
}
