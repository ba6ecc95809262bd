import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '@/db/client.ts';
import { pruneSamples, rollUpSamples } from '@/db/queries/roll-up-samples.ts';
import { takeSamples } from '@/db/queries/take-samples.ts';
import { type SeededPipeline, seedPipelines } from '@/db/testing/seed-pipelines.ts';
import { openTestDatabase, type TestDatabase } from '@/db/testing/test-database.ts';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { pipelineStatus } from '@/server/pipelines/pipeline-status.ts';
import { overviewMetrics } from './overview-metrics.ts';
import { pipelineMetrics } from './pipeline-metrics.ts';
import { pipelineSparklines } from './pipeline-sparklines.ts';

let db: TestDatabase;
let database: Database;
let first: SeededPipeline;
beforeEach(async () => {
  db = await openTestDatabase({ migrated: true });
  database = openDatabase(db.url);
  const [seeded] = await seedPipelines(database.pool, { count: 2, running: 1 });
  if (!seeded) throw new Error('nothing was seeded');
  first = seeded;
});
afterEach(async () => {
  await database.close();
  await db[Symbol.asyncDispose]();
});

/** Samples each ten seconds up to now, in which `rows` more are committed each time. */
async function seedSamples({ seconds, rows }: { seconds: number; rows: number }): Promise<void> {
  await db.query(
    /* sql */ `
    insert into metric_sample (pipeline_id, step_seconds, at, captured_rows, committed_rows, freshness_seconds, lag_bytes,
                               lag_seconds, buffer_bytes, buffer_rows, wal_retained_bytes, dead_letters_open)
    select $1, 10, date_bin('10 seconds', now(), 'epoch') - (n * interval '10 seconds'), 2 * $3::bigint * ($2 - n),
           $3::bigint * ($2 - n), n % 7, 10, 1, 100, 5, case when n % 2 = 0 then 4096 end, 0
      from generate_series(0, $2::integer) n`,
    [first.id, seconds / 10, rows],
  );
  await db.query(
    /* sql */ `
    insert into overview_sample (step_seconds, at, captured_rows, committed_rows, worst_freshness_seconds,
                                 most_wal_retained_bytes, dead_letters_open)
    select 10, date_bin('10 seconds', now(), 'epoch') - (n * interval '10 seconds'), 2 * $2::bigint, $2::bigint, n % 7, 4096, 1
      from generate_series(0, $1::integer) n`,
    [seconds / 10, rows],
  );
}

async function inTransaction(work: (client: Parameters<typeof rollUpSamples>[0]) => Promise<void>): Promise<void> {
  const client = await database.pool.connect();
  try {
    await work(client);
  } finally {
    client.release();
  }
}

test('many workers record the same ten seconds once', async () => {
  await db.query(`update pipeline_table set rows_committed = 40 where id = $1`, [first.tableId]);
  await Promise.all(Array.from({ length: 5 }, () => takeSamples(database.pool)));
  await takeSamples(database.pool);
  const samples = await db.query(
    `select pipeline_id, at, committed_rows::integer as committed from metric_sample where step_seconds = 10 order by at`,
  );
  // The boundary, of a minute even, may pass between two of the calls.
  expect(new Set(samples.map(({ at }) => String(at))).size).toBe(samples.length);
  expect(samples.length).toBeLessThanOrEqual(2);
  expect(samples[0]).toMatchObject({ pipeline_id: first.id, committed: 40 });
});

test('the overview counts what grew since the sample before, however old that is', async () => {
  await db.query(
    /* sql */ `insert into metric_sample (pipeline_id, step_seconds, at, captured_rows, committed_rows, freshness_seconds,
                                          lag_seconds, dead_letters_open)
               values ($1, 3600, now() - interval '3 days', 70, 60, 0, 0, 0)`,
    [first.id],
  );
  await db.query(`update pipeline_table set rows_committed = 100 where id = $1`, [first.tableId]);
  await db.query(`update position set captured_rows = 100 where pipeline_id = $1`, [first.id]);
  await takeSamples(database.pool);
  expect(
    await db.query(
      `select captured_rows::integer, committed_rows::integer from overview_sample where step_seconds = 10`,
    ),
  ).toEqual([{ captured_rows: 30, committed_rows: 40 }]);
});

test('minutes and hours keep the totals and the worst of what they replace, however often they are made', async () => {
  await seedSamples({ seconds: 3 * 3600, rows: 10 });
  await inTransaction(async (client) => {
    await rollUpSamples(client);
    await rollUpSamples(client);
  });
  const [minute] = await db.query(
    /* sql */ `
    select count(*)::integer as minutes, bool_and(committed.was = m.committed_rows) as totals, max(m.freshness_seconds) as worst
      from metric_sample m
      join lateral (select max(committed_rows) as was from metric_sample s
                     where s.step_seconds = 10 and s.at > m.at - interval '1 minute' and s.at <= m.at) committed on true
     where m.step_seconds = 60`,
  );
  expect(minute).toMatchObject({ totals: true, worst: 6 });
  expect(Number(minute?.minutes)).toBeGreaterThanOrEqual(179);
  const [hours] = await db.query(
    `select count(*)::integer as hours, max(committed_rows)::integer as most from overview_sample where step_seconds = 3600`,
  );
  expect(Number(hours?.hours)).toBeGreaterThanOrEqual(2);
  expect(hours?.most).toBe(3600);
});

test('each resolution is kept as long as it should be', async () => {
  for (const [step, age] of [
    [10, '23 hours'],
    [10, '25 hours'],
    [60, '6 days'],
    [60, '8 days'],
    [3600, '300 days'],
    [3600, '401 days'],
  ]) {
    await db.query(
      `insert into overview_sample (step_seconds, at, dead_letters_open) values ($1, now() - $2::interval, 0)`,
      [step, age],
    );
  }
  await inTransaction(pruneSamples);
  expect(await db.query(`select step_seconds as step from overview_sample order by 1`)).toEqual([
    { step: 10 },
    { step: 60 },
    { step: 3600 },
  ]);
});

test("a pipeline's charts have rates, worst values and gaps", async () => {
  await seedSamples({ seconds: 300, rows: 50 });
  const { at, series, stepSeconds } = await pipelineMetrics({ database }, SYSTEM_ACTOR, { id: first.id, range: '15m' });
  expect(stepSeconds).toBe(10);
  expect(at).toHaveLength(90);
  for (const values of Object.values(series)) expect(values).toHaveLength(90);
  expect(series.committedRowsPerSecond.slice(0, 50).every((value) => value === null)).toBe(true);
  expect(new Set(series.committedRowsPerSecond.slice(62, 88))).toEqual(new Set([5]));
  expect(new Set(series.capturedRowsPerSecond.slice(62, 88))).toEqual(new Set([10]));
  expect(new Set(series.walRetainedBytes.slice(62, 88))).toEqual(new Set([4096, null]));
});

test('what happened to a pipeline is on its time axis', async () => {
  await db.query(`update pipeline set state = 'copying' where id = $1`, [first.id]);
  await db.query(
    `update pipeline set error_code = 'SOURCE_UNREACHABLE', error_message = 'no answer', error_at = now() where id = $1`,
    [first.id],
  );
  // The same failure again is not news.
  await db.query(`update pipeline set error_at = now() where id = $1`, [first.id]);
  await db.query(
    `insert into lease (pipeline_id, role, holder, token, expires_at) values ($1, 'capture', 'one', 1, now())`,
    [first.id],
  );
  await db.query(`update lease set token = 2, holder = 'one'`);
  await db.query(`update lease set token = 3, holder = 'two'`);
  for (const [hash, ago] of [
    ['old', '2 minutes'],
    ['new', '1 minute'],
  ]) {
    await db.query(
      /* sql */ `insert into table_schema (pipeline_id, hash, table_oid, schema, first_lsn, first_seen_at)
                 values ($1, $2, 7, '{"schema":"public","table":"orders"}', '0/1', now() - $3::interval)`,
      [first.id, hash, ago],
    );
  }
  const { marks } = await pipelineMetrics({ database }, SYSTEM_ACTOR, { id: first.id });
  expect(marks.map(({ kind, text, code }) => ({ kind, text, code }))).toEqual([
    { kind: 'schema-change', text: 'columns of public.orders', code: null },
    { kind: 'state', text: 'copying', code: null },
    { kind: 'error', text: 'no answer', code: 'SOURCE_UNREACHABLE' },
    { kind: 'restart', text: 'capture taken over by two', code: null },
  ]);
});

test('the overview names the worst pipeline and adds up today', async () => {
  await seedSamples({ seconds: 120, rows: 60 });
  await db.query(
    /* sql */ `update position set tail_lsn = '0/20', committed_commit_time = now() - interval '90 seconds',
                                   slot_retained_bytes = 123456, slot_checked_at = now() where pipeline_id = $1`,
    [first.id],
  );
  const { now, series, rowsCommittedByHour, at } = await overviewMetrics({ database }, SYSTEM_ACTOR, { range: '15m' });
  expect(now.worstFreshness).toMatchObject({ pipelineId: first.id, pipelineName: 'seed 1' });
  expect(now.worstFreshness?.seconds).toBeGreaterThanOrEqual(90);
  expect(now.mostWalRetained).toMatchObject({ bytes: 123_456 });
  expect(now.changesPerSecond).toBeGreaterThan(0);
  expect(rowsCommittedByHour).toHaveLength(24);
  expect(series.changesPerSecond).toHaveLength(at.length);
  expect(series.changesPerSecond.slice(-5, -1)).toEqual([12, 12, 12, 12]);
});

test('one that rests counts as far as somebody waits for it or its source pays for it', async () => {
  const at = `(select now() - interval '90 seconds')`;
  await db.query(
    `update position set tail_lsn = '0/20', committed_commit_time = ${at}, slot_retained_bytes = 777, slot_checked_at = now()`,
  );
  const read = async (desired: string) => {
    await db.query(`update pipeline set desired_state = $2, state = $2 where id = $1`, [first.id, desired]);
    await db.query('delete from overview_sample; delete from metric_sample');
    await takeSamples(database.pool);
    const [sampled] = await db.query(
      `select worst_freshness_seconds > 80 as stale, most_wal_retained_bytes::integer as wal from overview_sample where step_seconds = 10`,
    );
    const { now } = await overviewMetrics({ database }, SYSTEM_ACTOR, { range: '15m' });
    const status = await pipelineStatus({ database }, SYSTEM_ACTOR, { id: first.id });
    return { sampled, now, status };
  };
  const paused = await read('paused');
  expect(paused.sampled).toEqual({ stale: true, wal: 777 });
  expect(paused.now.worstFreshness?.seconds).toBeGreaterThan(80);
  expect(paused.status.lagBytes).toBe(16);
  const stopped = await read('stopped');
  expect(stopped.sampled).toEqual({ stale: null, wal: 777 });
  expect(stopped.now).toMatchObject({ worstFreshness: null, mostWalRetained: { bytes: 777 } });
  expect(stopped.status).toMatchObject({ lagBytes: null, lagSeconds: null, freshnessSeconds: null });
});

test('a list says the rate that charts and the overview say, without what was copied', async () => {
  await seedSamples({ seconds: 120, rows: 60 });
  for (const mode of ['mirror', 'changelog']) {
    await db.query(
      /* sql */ `insert into lake_commit (pipeline_table_id, mode, kind, batch_id, from_lsn, to_lsn, snapshot_id, rows_added,
                                          duration_ms) values ($1, $2, 'copy', 'batch', '0/1', '0/2', '1', 5000, 10)`,
      [first.tableId, mode],
    );
  }
  expect(await pipelineStatus({ database }, SYSTEM_ACTOR, { id: first.id })).toMatchObject({ rowsLastMinute: 360 });
  const { now } = await overviewMetrics({ database }, SYSTEM_ACTOR, { range: '15m' });
  expect(now.rowsCopiedToday).toBe(5000);
});

test('sparklines show every pipeline that ran', async () => {
  await seedSamples({ seconds: 1200, rows: 60 });
  await inTransaction(rollUpSamples);
  const { pipelines, at } = await pipelineSparklines({ database }, SYSTEM_ACTOR, {});
  expect(Object.keys(pipelines)).toEqual([first.id]);
  expect(pipelines[first.id]).toHaveLength(at.length);
  expect(pipelines[first.id]?.slice(-10, -2)).toEqual(Array.from({ length: 8 }, () => 6));
});

test('a pipeline that does not exist has no charts', async () => {
  const missing = pipelineMetrics({ database }, SYSTEM_ACTOR, { id: 'pl_none' });
  await expect(missing).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
