import { expect, it } from 'vitest';
import { openDatabase } from '@/db/client.ts';
import { seedPipelines } from '@/db/testing/seed-pipelines.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { readLetterGroups } from './read-letter-groups.ts';

const LETTERS = 100_000;
/** Of a page that is interactive within a second, on a busy machine. */
const MS_MAX = 1_500;

it('counts a hundred thousand letters within the time of a page, without reading their rows', async () => {
  await using test = await openTestDatabase({ migrated: true });
  const database = openDatabase(test.url);
  try {
    const [pipeline] = await seedPipelines(database.pool, { count: 1 });
    await test.query(
      /* sql */ `
      insert into dead_letter (pipeline_table_id, epoch, lsn, ordinal, op, column_name, reason, schema_hash, payload, created_at)
      select $1, 1, '0/10', n, 'i', 'column ' || n % 4, 'reason ' || n % 3, 'h', repeat(md5(n::text), 5)::bytea,
             now() - n * interval '1 second'
        from generate_series(1, ${LETTERS}) n`,
      [pipeline?.tableId],
    );
    await test.query('vacuum analyze dead_letter');
    const began = performance.now();
    const groups = await readLetterGroups(database.pool, { pipelineId: null, hours: 24 });
    const tookMs = performance.now() - began;
    expect(groups).toHaveLength(12);
    expect(groups.reduce((sum, { total }) => sum + total, 0)).toBe(LETTERS);
    const recent = groups.flatMap(({ hourly }) => Object.values(hourly)).reduce((sum, came) => sum + came, 0);
    expect(recent).toBeGreaterThan(23 * 3_600);
    expect(recent).toBeLessThanOrEqual(24 * 3_600);
    expect(tookMs).toBeLessThan(MS_MAX);
  } finally {
    await database.close();
  }
});
