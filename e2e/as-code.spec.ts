import { writeFile } from 'node:fs/promises';
import pg from 'pg';
import { SHOP_TABLES } from '@/demo/shop.ts';
import { compareMirror } from '@/test/compare/compare-table.ts';
import { type Product, startProduct } from './support/product.ts';
import { demoPipeline, expect, test } from './support/test.ts';

const EVERYTHING_LIVE_MS = 180_000;

test('an export, applied to an empty installation, becomes the same running pipeline', async ({ product }, info) => {
  test.setTimeout(600_000);
  await demoPipeline(product);
  const empty = await startProduct({ demo: false });
  try {
    await signIn(product);
    await signIn(empty);
    const file = info.outputPath('resources.yaml');
    // Other journeys may have added some to the demo's own.
    const tables = Object.keys(await liveTables(product));
    expect(tables).toEqual(expect.arrayContaining(SHOP_TABLES.map((table) => `public.${table}`)));
    const password = decodeURIComponent(new URL(product.shopUrl).password);
    const env = { SOURCE_SHOP_PASSWORD: password };

    await test.step('the export holds no secret', async () => {
      const exported = await product.philotes(['export']);
      expect(exported).toMatchObject({ code: 0, err: '' });
      expect(exported.out).not.toContain(password);
      await writeFile(file, exported.out);
    });

    await test.step('a plan shows everything as new, and does nothing', async () => {
      const plan = await empty.philotes(['plan', '-f', file, '--exit-code'], { env });
      expect(plan.code).toBe(10);
      expect(plan.out).toMatch(/3 to create, 0 to change, 0 to delete/);
      expect((await empty.philotes(['pipeline', 'list', '-o', 'json'])).out.trim()).toBe('[]');
    });

    await test.step('applied, every table comes to life', async () => {
      const applied = await empty.philotes(['apply', '-f', file], { env });
      expect(applied).toMatchObject({ code: 0, out: expect.stringContaining('Applied 3 changes') });
      await expect
        .poll(() => liveTables(empty), { timeout: EVERYTHING_LIVE_MS })
        .toEqual(Object.fromEntries(tables.map((table) => [table, 'live'])));
    });

    await test.step('every row and column is equal', async () => {
      await using _ = await holdStill(product, empty);
      const reader = await empty.philotes(['api-key', 'create', 'reader', '--scope', 'catalog:read']);
      const [made] = await empty.metadata<{ namespace: string; warehouse: string }>(
        'select p.namespace, d.warehouse from pipeline p join destination d on d.id = p.destination_id',
      );
      for (const table of SHOP_TABLES) {
        const compared = await compareMirror({
          sourceUrl: product.shopUrl,
          sourceSchema: 'public',
          sourceTable: table,
          catalogUrl: `${empty.url}/api/catalog`,
          token: reader.out.trim(),
          warehouse: made?.warehouse ?? '',
          namespace: made?.namespace ?? '',
          lakeTable: table,
        });
        expect(compared, table).toMatchObject({ equal: true, missing: 0, extra: 0 });
      }
    });

    await test.step('a second apply changes nothing', async () => {
      const entries = () => empty.metadata('select count(*)::int as entries from audit_entry');
      const before = await entries();
      const again = await empty.philotes(['apply', '-f', file], { env });
      expect(again).toMatchObject({ code: 0, err: '' });
      expect(again.out).toMatch(/0 to create, 0 to change, 0 to delete, 3 as described\nNothing to do/);
      expect((await empty.philotes(['plan', '-f', file, '--exit-code'], { env })).code).toBe(0);
      expect(await entries()).toEqual(before);
      const exported = (await empty.philotes(['export'])).out;
      expect(exported).toBe((await product.philotes(['export'])).out);
    });
  } finally {
    await empty.stop();
  }
});

async function signIn({ url, owner, philotes }: Product): Promise<void> {
  const words = ['login', '--url', url, '--email', owner.email];
  expect(await philotes(words, { input: owner.password })).toMatchObject({ code: 0, err: '' });
}

const liveTables = async ({ metadata }: Product): Promise<Record<string, string>> =>
  Object.fromEntries(
    (
      await metadata<{ source: string; state: string }>(
        `select source_schema || '.' || source_table as source, state from pipeline_table`,
      )
    ).map(({ source, state }) => [source, state]),
  );

/** Lets nobody write to the shop, and waits until the lake holds what was written before. */
async function holdStill({ shopUrl }: Product, { metadata }: Product): Promise<AsyncDisposable> {
  const client = new pg.Client({ connectionString: shopUrl });
  await client.connect();
  await client.query(`begin; lock table ${SHOP_TABLES.map((table) => `public.${table}`).join(', ')} in share mode`);
  const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
  const isCaptured = async () => {
    // A slot is confirmed up to what is in the buffer, and beyond it when nothing came in between.
    const slots = await client.query<{ past: boolean }>(
      `select bool_and(confirmed_flush_lsn >= $1::pg_lsn) as past from pg_replication_slots where database = 'shop'`,
      [rows[0]?.lsn],
    );
    return slots.rows[0]?.past === true;
  };
  const isCommitted = async () => {
    const [position] = await metadata<{ all: boolean }>('select committed_lsn >= tail_lsn as all from position');
    return position?.all === true;
  };
  await expect.poll(async () => (await isCaptured()) && (await isCommitted()), { timeout: 120_000 }).toBe(true);
  return { [Symbol.asyncDispose]: () => client.end() };
}
