import { expect, it } from 'vitest';
import { openDatabase } from '@/db/client.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { createRateLimit } from './rate-limit.ts';

it('counts calls that come at once as many as they are, and refuses those beyond the limit', async () => {
  await using test = await openTestDatabase({ migrated: true });
  const database = openDatabase(test.url);
  try {
    const limit = createRateLimit(database.pool, { actorCallsMax: 1_000 });
    const caller = { actor: 'key:one', address: null };
    const call = () => limit(caller, 1);
    await Promise.all(Array.from({ length: 200 }, call));
    const [row] = await test.query<{ attempts: number }>(`select attempts from rate_limit where key = 'api:key:one'`);
    expect(row?.attempts).toBe(200);
    const more = await Promise.allSettled(Array.from({ length: 1_000 }, call));
    expect(more.filter(({ status }) => status === 'fulfilled')).toHaveLength(800);
    await expect(call()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  } finally {
    await database.close();
  }
});
