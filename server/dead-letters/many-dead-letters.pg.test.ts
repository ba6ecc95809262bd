import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Database, openDatabase } from '@/db/client.ts';
import { type SeededPipeline, seedPipelines } from '@/db/testing/seed-pipelines.ts';
import { openTestDatabase, type TestDatabase } from '@/db/testing/test-database.ts';
import { memberActor } from '@/server/auth/actor.ts';
import { discardDeadLetters, replayDeadLetters } from './close-dead-letters.ts';
import { downloadDeadLetters } from './download-dead-letters.ts';
import { groupDeadLetters } from './group-dead-letters.ts';

const operator = memberActor({ id: 'mem_o', role: 'operator' }, null);
const viewer = memberActor({ id: 'mem_v', role: 'viewer' }, null);

let test: TestDatabase;
let database: Database;
let first: SeededPipeline;
let second: SeededPipeline;
let ordinal = 0;
beforeEach(async () => {
  ordinal = 0;
  test = await openTestDatabase({ migrated: true });
  database = openDatabase(test.url);
  const [one, two] = await seedPipelines(database.pool, { count: 2 });
  if (!one || !two) throw new Error('nothing was seeded');
  [first, second] = [one, two];
  await test.query(
    `insert into table_schema (pipeline_id, hash, table_oid, schema, first_lsn)
     values ($1, 'h', 1, '{"columns":[{"name":"id"},{"name":"placed_at"}]}', '0/1')`,
    [first.id],
  );
  await seedLetters(first, { count: 3, reason: 'before the common era', hoursAgo: 0 });
  await seedLetters(first, { count: 2, reason: 'before the common era', hoursAgo: 5 });
  await seedLetters(first, { count: 1, reason: 'too many digits', hoursAgo: 30 });
  await seedLetters(second, { count: 1, reason: 'too many digits', hoursAgo: 1 });
});
afterEach(async () => {
  await database.close();
  await test[Symbol.asyncDispose]();
});

async function seedLetters(
  { tableId }: SeededPipeline,
  { count, reason, hoursAgo }: { count: number; reason: string; hoursAgo: number },
): Promise<void> {
  for (let each = 0; each < count; each++) {
    await test.query(
      /* sql */ `
      insert into dead_letter (pipeline_table_id, epoch, lsn, ordinal, op, column_name, reason, schema_hash, payload, created_at)
      values ($1, 1, '0/10', $2, 'i', 'placed_at', $3, 'h', $4, now() - $5 * interval '1 hour')`,
      [tableId, ++ordinal, reason, Buffer.from(`i,16,${ordinal},0,5,,"=${ordinal}","0044-03-15 ""BC"""\n`), hoursAgo],
    );
  }
}

const states = async () =>
  Object.fromEntries(
    (
      await test.query<{ state: string; count: number }>(
        `select state, count(*)::integer as count from dead_letter group by state`,
      )
    ).map(({ state, count }) => [state, count]),
  );

it('groups by table, column and reason, with a trend', async () => {
  const { items } = await groupDeadLetters({ database }, viewer, { pipelineId: first.id });
  expect(items.map(({ reason, column, open, total }) => ({ reason, column, open, total }))).toEqual([
    { reason: 'before the common era', column: 'placed_at', open: 5, total: 5 },
    { reason: 'too many digits', column: 'placed_at', open: 1, total: 1 },
  ]);
  expect(items[0]?.trend).toHaveLength(24);
  expect(items[0]?.trend.at(-1)).toBe(3);
  expect(items[0]?.trend.at(-6)).toBe(2);
  expect(items[1]?.trend.every((count) => count === 0)).toBe(true);
  expect((await groupDeadLetters({ database }, viewer, {})).items).toHaveLength(3);
});

it('replays all of a reason, of this pipeline and open, and only once', async () => {
  const chosen = { pipelineId: first.id, reason: 'before the common era' };
  expect(await replayDeadLetters({ database }, operator, chosen)).toEqual({ count: 5 });
  expect(await replayDeadLetters({ database }, operator, chosen)).toEqual({ count: 0 });
  expect(await states()).toEqual({ replay_requested: 5, open: 2 });
});

it('discards with a reason that is kept, and not without', async () => {
  const without = discardDeadLetters({ database }, operator, { pipelineId: first.id, note: ' ' });
  await expect(without).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await discardDeadLetters({ database }, operator, { pipelineId: first.id, note: 'test data of 2019' });
  expect(await states()).toEqual({ discarded: 6, open: 1 });
  expect(await test.query(`select detail from audit_entry where action = 'dead-letter.discard-all'`)).toEqual([
    { detail: { note: 'test data of 2019', count: 6 } },
  ]);
});

it('is refused to those who may only look', async () => {
  const refused = replayDeadLetters({ database }, viewer, { pipelineId: first.id });
  await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN' });
  const missing = replayDeadLetters({ database }, operator, { pipelineId: 'pl_none' });
  await expect(missing).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await states()).toEqual({ open: 7 });
});

it('downloads the chosen ones with their values, on record', async () => {
  const chosen = { pipelineId: first.id, reason: 'too many digits' };
  const ndjson = await downloadDeadLetters({ database }, viewer, { ...chosen, format: 'ndjson' });
  const lines = (await text(ndjson.body)).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { reason: 'too many digits', values: { id: '=6', placed_at: '0044-03-15 "BC"' } },
  ]);
  const csv = await text(
    (await downloadDeadLetters({ database }, viewer, { pipelineId: first.id, format: 'csv' })).body,
  );
  expect(csv.trimEnd().split('\r\n')).toHaveLength(7);
  expect(await test.query(`select count(*)::integer from audit_entry where action = 'dead-letter.download'`)).toEqual([
    { count: 2 },
  ]);
});
