import type { Pool } from 'pg';
import { queryWithBytes } from '@/db/send-bytes.ts';
import { formatLsn, type Lsn } from '@/server/domain/lsn.ts';
import { segmentTable } from '@/server/domain/names.ts';
import type { Segment } from '@/server/domain/segment.ts';
import { type BlockKeeper, encodeSegment } from './encode-segment.ts';
import { type Lease, leaseLost } from './lease.ts';
import { storeSchemas } from './schemas.ts';
import { dropUnfinished } from './segment-tables.ts';
import { readTail, type Tail } from './tail.ts';

/** The durable log of one pipeline, for its one capture. */
export type Appender = {
  /** The durable tail as of the last append. */
  readonly tail: Tail;
  /**
   * Stores a segment; resolves once it is committed in our database. Compare-and-set: the segment must follow the
   * tail that this appender knows, and the lease must still be held; otherwise LEASE_LOST and nothing is stored.
   * A transaction becomes visible to commit only with its last segment.
   */
  append(segment: Segment): Promise<void>;
};

/** Opens the log behind its durable tail; the rest of a transaction that a crash cut in two is removed. */
export async function openAppender(
  pool: Pool,
  options: { lease: Lease; number: number; keeper?: BlockKeeper },
): Promise<Appender> {
  const { lease, number, keeper } = options;
  const first = await readTail(pool, lease.pipelineId);
  if (!first) throw leaseLost(lease);
  await dropUnfinished(pool, { lease, number, tailSeq: first.seq });
  let tail = first;
  let seq = first.seq;
  const known = new Set<string>();

  const append = async (segment: Segment): Promise<void> => {
    if (segment.blocks.length === 0) {
      tail = await advance(pool, { lease, tail, segment });
      return;
    }
    await storeSchemas(pool, lease.pipelineId, { segment, known });
    const encoded = await encodeSegment(segment, keeper);
    const next = seq + 1n;
    // One statement is one transaction and one round trip: fence, move the tail, insert; all or nothing.
    const { rowCount } = await queryWithBytes(pool, {
      sql: insertSegment(segmentTable(number, tail.segmentTable)),
      values: [
        lease.pipelineId,
        String(lease.token),
        formatLsn(tail.lsn),
        String(segment.complete),
        formatLsn(segment.toLsn),
        formatLsn(segment.endLsn),
        microseconds(segment.commitTimeUs),
        String(next),
        String(encoded.bytes),
        String(segment.transactions),
        String(segment.rows),
        String(encoded.rawBytes),
        JSON.stringify(encoded.directory),
        String(tail.segmentTable),
      ],
      bytes: encoded.payload,
    });
    if (rowCount !== 1) {
      const present = await readTail(pool, lease.pipelineId);
      if (!present || present.lsn !== tail.lsn || present.segmentTable === tail.segmentTable) throw leaseLost(lease);
      // Only the rotation moved on: write to the new table.
      tail = present;
      return append(segment);
    }
    seq = next;
    if (segment.complete) tail = { ...tail, lsn: segment.toLsn, endLsn: later(tail.endLsn, segment.endLsn), seq };
  };
  return {
    get tail() {
      return tail;
    },
    append,
  };
}

const later = (a: Lsn, b: Lsn): Lsn => (a > b ? a : b);

const insertSegment = (table: string): string => `
  with fence as (
    select 1 from lease where pipeline_id = $1 and role = 'capture' and token = $2 for share
  ), moved as (
    update position
       set tail_lsn = case when $4 then $5::pg_lsn else tail_lsn end,
           tail_end_lsn = case when $4 then greatest(tail_end_lsn, $6::pg_lsn) else tail_end_lsn end,
           tail_commit_time = case when $4 then $7::timestamptz else tail_commit_time end,
           waiting_since = case when $4 and tail_seq = committed_seq then $7::timestamptz else waiting_since end,
           tail_seq = case when $4 then $8::bigint else tail_seq end,
           buffer_bytes = buffer_bytes + $9::bigint,
           buffer_rows = buffer_rows + $11::integer,
           captured_rows = captured_rows + $11::integer,
           updated_at = now()
     where pipeline_id = $1 and tail_lsn = $3::pg_lsn and segment_table = $14 and exists (select 1 from fence)
    returning 1
  )
  insert into ${table} (seq, complete, to_lsn, commit_time, transactions, rows, raw_bytes, bytes, directory, payload)
  select $8::bigint, $4::boolean, $5::pg_lsn, $7::timestamptz, $10::integer, $11::integer, $12::bigint, $9::bigint,
         $13::jsonb, $15::bytea
   where exists (select 1 from moved)`;

/** Nothing of ours changed: only what the slot may be confirmed to moves, and is stored before it is confirmed. */
async function advance(
  pool: Pool,
  { lease, tail, segment }: { lease: Lease; tail: Tail; segment: { endLsn: Lsn; commitTimeUs: bigint } },
): Promise<Tail> {
  const { rowCount } = await pool.query(
    /* sql */ `
    with fence as (
      select 1 from lease where pipeline_id = $1 and role = 'capture' and token = $2 for share
    )
    update position
       set tail_end_lsn = greatest(tail_end_lsn, $4::pg_lsn), tail_commit_time = $5::timestamptz, updated_at = now()
     where pipeline_id = $1 and tail_lsn = $3::pg_lsn and exists (select 1 from fence)`,
    [lease.pipelineId, lease.token, formatLsn(tail.lsn), formatLsn(segment.endLsn), microseconds(segment.commitTimeUs)],
  );
  if (rowCount !== 1) throw leaseLost(lease);
  return { ...tail, endLsn: later(tail.endLsn, segment.endLsn) };
}

/** ISO text with microseconds, which Date cannot hold. */
export function microseconds(us: bigint): string {
  const seconds = us / 1_000_000n - (us % 1_000_000n < 0n ? 1n : 0n);
  const rest = us - seconds * 1_000_000n;
  const iso = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${iso}.${rest.toString().padStart(6, '0')}Z`;
}
