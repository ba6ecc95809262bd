import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '@/db/client.ts';
import { FRESHNESS_SECONDS, LAG_SECONDS } from '@/db/queries/figures.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { type Lsn, toLsn } from '@/server/domain/lsn.ts';
import type { Segment } from '@/server/domain/segment.ts';
import { schemaHash, type TableSchema } from '@/server/domain/table-schema.ts';
import { openAppender } from './append.ts';
import { readCommitState, storeIntent } from './commit-state.ts';
import { acquireLease, type Lease } from './lease.ts';
import { pruneSegments } from './prune.ts';
import { expandBlock, readCompressedBlock, readSegments } from './read.ts';
import { createSegmentTables } from './segment-tables.ts';
import { settle } from './settle.ts';
import { listSpill, readSpilledBlock } from './spill.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let db: Database;
beforeAll(async () => {
  database = await openTestDatabase({ migrated: true });
  db = openDatabase(database.url);
});
afterAll(async () => {
  await db.close();
  await database[Symbol.asyncDispose]();
});

const schema: TableSchema = { oid: 7, schema: 'public', table: 't', replicaIdentity: 'd', columns: [] };
const hash = schemaHash(schema);

/** A segment of one block whose bytes are its text. */
const segment = (lsn: number, text: string, more: Partial<Segment> = {}): Segment => ({
  complete: true,
  toLsn: toLsn(BigInt(lsn)),
  endLsn: toLsn(BigInt(lsn + 1)),
  commitTimeUs: 1_700_000_000_123_456n,
  transactions: 1,
  rows: 1,
  schemas: new Map([[hash, schema]]),
  blocks: [
    { tableOid: 7, schemaHash: hash, rows: 1, bytes: Buffer.from(text), hasUnchanged: false, hasTruncate: false },
  ],
  ...more,
});

const lease = async (pipelineId: string, role: 'capture' | 'commit', holder = 'a'): Promise<Lease> => {
  const held = await acquireLease(db.pool, { pipelineId, role, holder, ttlMs: 60_000 });
  if (!held) throw new Error('the lease is held');
  return held;
};

let serial = 0;
async function newPipeline() {
  const id = `pl_${++serial}`;
  await db.pool.query(
    `insert into source (id, name, host, port, database, username, tls_mode) values ($1, $1, 'h', 1, 'd', 'u', 'disable')`,
    [id],
  );
  await db.pool.query(
    `insert into destination (id, name, catalog_kind, warehouse, catalog_auth, storage_kind, storage_root)
     values ($1, $1, 'embedded', 'w', 'none', 'file', 'file:///tmp/w')`,
    [id],
  );
  const { rows } = await db.pool.query<{ number: string }>(
    `insert into pipeline (id, name, source_id, destination_id, namespace, settings)
     values ($1, $1, $1, $1, 'n', '{}') returning number`,
    [id],
  );
  const number = Number(rows[0]?.number);
  const table = await db.pool.query<{ id: string }>(
    `insert into pipeline_table (pipeline_id, source_schema, source_table, source_oid, lake_name, mirror, changelog)
     values ($1, 'public', 't', 7, 't', true, false) returning id`,
    [id],
  );
  await db.pool.query(
    `insert into position (pipeline_id, system_identifier, timeline, tail_lsn, tail_end_lsn, tail_commit_time,
                           committed_lsn, committed_commit_time)
     values ($1, '1', 1, '0/0', '0/0', now(), '0/0', now())`,
    [id],
  );
  await createSegmentTables(db.pool, number);
  return { id, number, tableId: Number(table.rows[0]?.id) };
}

const texts = async (number: number, throughSeq: bigint) => {
  const segments = await readSegments(db.pool, { number, afterSeq: 0n, throughSeq, limit: 1000 });
  const blocks = segments.flatMap((s) => s.directory.map((entry) => ({ segment: s, entry })));
  return Promise.all(
    blocks.map(async (b) => (await expandBlock(await readCompressedBlock(db.pool, { number, ...b }))).toString()),
  );
};

test('what is appended is read back in order, byte for byte', async () => {
  const { id, number } = await newPipeline();
  const log = await openAppender(db.pool, { lease: await lease(id, 'capture'), number });
  await log.append(segment(10, 'one'));
  await log.append(segment(20, 'zwei "ü"\n'));
  expect(await texts(number, log.tail.seq)).toEqual(['one', 'zwei "ü"\n']);
  expect(await readCommitState(db.pool, id)).toMatchObject({ tailLsn: 20n, tailEndLsn: 21n, tailSeq: 2n });
});

test('an append under a lease that another worker took is refused and stores nothing', async () => {
  const { id, number } = await newPipeline();
  const log = await openAppender(db.pool, { lease: await lease(id, 'capture', 'a'), number });
  await log.append(segment(10, 'one'));
  await db.pool.query(`update lease set expires_at = now() - interval '1 second' where pipeline_id = $1`, [id]);
  const second = await openAppender(db.pool, { lease: await lease(id, 'capture', 'b'), number });
  await expect(log.append(segment(20, 'zombie'))).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await second.append(segment(20, 'two'));
  expect(await texts(number, second.tail.seq)).toEqual(['one', 'two']);
});

test('a valid lease is not given to a second worker', async () => {
  const { id } = await newPipeline();
  await lease(id, 'capture', 'a');
  expect(await acquireLease(db.pool, { pipelineId: id, role: 'capture', holder: 'b', ttlMs: 1000 })).toBeNull();
});

test('a transaction in several segments is visible only with its last one, and a crash leaves nothing of it (row 23)', async () => {
  const { id, number } = await newPipeline();
  const log = await openAppender(db.pool, { lease: await lease(id, 'capture'), number });
  await log.append(segment(10, 'head', { complete: false }));
  await log.append(segment(10, 'middle', { complete: false }));
  expect((await readCommitState(db.pool, id))?.tailSeq).toBe(0n);

  const again = await openAppender(db.pool, { lease: await lease(id, 'capture'), number });
  await again.append(segment(10, 'head again', { complete: false }));
  await again.append(segment(10, 'tail again'));
  expect(again.tail.seq).toBe(2n);
  expect(await texts(number, again.tail.seq)).toEqual(['head again', 'tail again']);
});

test('a bare advance moves what may be confirmed and nothing else', async () => {
  const { id, number } = await newPipeline();
  const log = await openAppender(db.pool, { lease: await lease(id, 'capture'), number });
  await log.append(segment(10, 'one'));
  await log.append({ ...segment(0, ''), endLsn: 500n as Lsn, blocks: [], rows: 0, schemas: new Map() });
  expect(await readCommitState(db.pool, id)).toMatchObject({ tailLsn: 10n, tailEndLsn: 500n, tailSeq: 1n });
});

test('settling moves the position once, keeps waiting tables aside and refuses a stale lease (rows 66, 68)', async () => {
  const { id, number, tableId } = await newPipeline();
  const log = await openAppender(db.pool, { lease: await lease(id, 'capture'), number });
  await log.append(segment(10, 'one'));
  await log.append(segment(20, 'two'));
  const commit = await lease(id, 'commit');
  const segments = await readSegments(db.pool, { number, afterSeq: 0n, throughSeq: 2n, limit: 10 });
  await storeIntent(db.pool, { lease: commit, batchId: 'b1', toSeq: 2n });
  expect((await readCommitState(db.pool, id))?.intent).toEqual({ batchId: 'b1', toSeq: 2n });
  const settlement = {
    lease: commit,
    number,
    segments,
    committed: [],
    spilled: [{ tableId, generation: 1, oid: 7 }],
    history: [],
  };
  await settle(db.pool, settlement);
  await expect(settle(db.pool, settlement)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  expect(await readCommitState(db.pool, id)).toMatchObject({ committedLsn: 20n, committedSeq: 2n, intent: null });

  const waiting = await listSpill(db.pool, { tableId, generation: 1 });
  const bytes = await Promise.all(waiting.map(async (block) => expandBlock(await readSpilledBlock(db.pool, block.id))));
  expect(bytes.map(String)).toEqual(['one', 'two']);
});

test('changes are counted as captured once and as waiting until they are settled, crash or not', async () => {
  const { id, number } = await newPipeline();
  const counts = async () => {
    const { rows } = await db.pool.query<{ captured: number; waiting: number }>(
      `select captured_rows::integer as captured, buffer_rows::integer as waiting from position where pipeline_id = $1`,
      [id],
    );
    return rows[0];
  };
  const log = await openAppender(db.pool, { lease: await lease(id, 'capture'), number });
  await log.append(segment(10, 'one', { rows: 3 }));
  await log.append(segment(20, 'head', { complete: false, rows: 5 }));
  expect(await counts()).toEqual({ captured: 8, waiting: 8 });

  const again = await openAppender(db.pool, { lease: await lease(id, 'capture'), number });
  expect(await counts()).toEqual({ captured: 3, waiting: 3 });
  await again.append(segment(20, 'all of it', { rows: 6 }));
  const commit = await lease(id, 'commit');
  const segments = await readSegments(db.pool, { number, afterSeq: 0n, throughSeq: 1n, limit: 10 });
  await settle(db.pool, { lease: commit, number, segments, committed: [], spilled: [], history: [] });
  expect(await counts()).toEqual({ captured: 9, waiting: 6 });
});

test('a change after a quiet hour waits since its own commit, not since the last one before it', async () => {
  const { id, number } = await newPipeline();
  const now = BigInt(Date.now()) * 1_000n;
  const ago = (seconds: number) => ({ commitTimeUs: now - BigInt(seconds) * 1_000_000n });
  const figures = async () => {
    const { rows } = await db.pool.query<{ lag: number; age: number }>(
      `select round(${LAG_SECONDS})::float8 as lag, round(${FRESHNESS_SECONDS}, -1)::float8 as age from position at where pipeline_id = $1`,
      [id],
    );
    return rows[0];
  };
  const log = await openAppender(db.pool, { lease: await lease(id, 'capture'), number });
  const commit = await lease(id, 'commit');
  const settleThrough = async (afterSeq: bigint, throughSeq: bigint) => {
    const segments = await readSegments(db.pool, { number, afterSeq, throughSeq, limit: 10 });
    await settle(db.pool, { lease: commit, number, segments, committed: [], spilled: [], history: [] });
  };
  await log.append(segment(10, 'an hour ago', ago(3_600)));
  expect(await figures()).toEqual({ lag: 0, age: 3_600 });
  await settleThrough(0n, 1n);
  expect(await figures()).toEqual({ lag: 0, age: 0 });
  await log.append(segment(20, 'head', { complete: false, ...ago(600) }));
  expect(await figures()).toEqual({ lag: 0, age: 0 });
  await log.append(segment(20, 'tail', ago(600)));
  await log.append(segment(30, 'came while a batch was committed', ago(120)));
  await log.append(segment(40, 'and another', ago(60)));
  expect(await figures()).toEqual({ lag: 540, age: 600 });
  await settleThrough(1n, 3n);
  expect(await figures()).toEqual({ lag: 60, age: 120 });
});

test('committed segments are forgotten by rotation, uncommitted ones never (row 67)', async () => {
  const { id, number } = await newPipeline();
  const log = await openAppender(db.pool, { lease: await lease(id, 'capture'), number });
  const commit = await lease(id, 'commit');
  for (let round = 1; round <= 9; round++) {
    await log.append(segment(round * 10, `round ${round}`));
    if (round === 9) break;
    const state = await readCommitState(db.pool, id);
    const segments = await readSegments(db.pool, {
      number,
      afterSeq: state?.committedSeq ?? 0n,
      throughSeq: log.tail.seq,
      limit: 10,
    });
    await settle(db.pool, { lease: commit, number, segments, committed: [], spilled: [], history: [] });
    await pruneSegments(db.pool, { pipelineId: id, number, committedSeq: log.tail.seq, rotateBytes: 1 });
  }
  const left = await texts(number, log.tail.seq);
  expect(left.at(-1)).toBe('round 9');
  expect(left.length).toBeLessThan(4);
  const { rows } = await db.pool.query<{ buffer_bytes: string }>(
    'select buffer_bytes from position where pipeline_id = $1',
    [id],
  );
  expect(Number(rows[0]?.buffer_bytes)).toBeGreaterThan(0);
  expect(Number(rows[0]?.buffer_bytes)).toBeLessThan(100);
});
