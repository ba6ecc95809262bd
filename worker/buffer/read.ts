import { uncompress } from 'lz4-napi';
import type { Pool, PoolClient } from 'pg';
import { fetchBytes } from '@/db/fetch-bytes.ts';
import { type Lsn, parseLsn } from '@/server/domain/lsn.ts';
import { SEGMENT_TABLES, segmentTable } from '@/server/domain/names.ts';
import type { DirectoryEntry } from './encode-segment.ts';

/** What a stored segment says of itself, without its payload. */
export type SegmentInfo = {
  readonly seq: bigint;
  readonly table: number;
  readonly complete: boolean;
  readonly toLsn: Lsn;
  /** Text with microseconds. */
  readonly commitTime: string;
  readonly receivedAtMs: number;
  readonly transactions: number;
  readonly rows: number;
  readonly rawBytes: number;
  readonly bytes: number;
  readonly directory: readonly DirectoryEntry[];
};

type Row = {
  seq: string;
  segment_table: number;
  complete: boolean;
  to_lsn: string;
  commit_time: string;
  received_ms: string;
  transactions: number;
  rows: number;
  raw_bytes: string;
  bytes: string;
  directory: DirectoryEntry[];
};

/** Visible segments after `afterSeq`, in order, at most `limit`. */
export async function readSegments(
  pool: Pool | PoolClient,
  options: { number: number; afterSeq: bigint; throughSeq: bigint; limit: number },
): Promise<SegmentInfo[]> {
  const parts = Array.from({ length: SEGMENT_TABLES }, (_, index) => {
    return `select ${index} as segment_table, seq, complete, to_lsn, commit_time, received_at, transactions, rows,
                   raw_bytes, bytes, directory
              from ${segmentTable(options.number, index)} where seq > $1 and seq <= $2`;
  });
  const { rows } = await pool.query<Row>(
    /* sql */ `
    select seq, segment_table, complete, to_lsn, to_char(commit_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
             as commit_time,
           (extract(epoch from received_at) * 1000)::bigint as received_ms, transactions, rows, raw_bytes, bytes, directory
      from (${parts.join(' union all ')}) as segments
     order by seq limit $3`,
    [options.afterSeq, options.throughSeq, options.limit],
  );
  return rows.map((row) => ({
    seq: BigInt(row.seq),
    table: row.segment_table,
    complete: row.complete,
    toLsn: parseLsn(row.to_lsn),
    commitTime: row.commit_time,
    receivedAtMs: Number(row.received_ms),
    transactions: row.transactions,
    rows: row.rows,
    rawBytes: Number(row.raw_bytes),
    bytes: Number(row.bytes),
    directory: row.directory,
  }));
}

const PIECE_BYTES = 16 * 1024 * 1024;

/** One block's compressed bytes, fetched in pieces: the driver needs twice the size of each. */
export async function readCompressedBlock(
  pool: Pool,
  { number, segment, entry }: { number: number; segment: Pick<SegmentInfo, 'seq' | 'table'>; entry: DirectoryEntry },
): Promise<Buffer> {
  const from = `from ${segmentTable(number, segment.table)} where seq = ${segment.seq}`;
  const fetch = async (at: number, length: number): Promise<Buffer> => {
    const [piece] = await fetchBytes(
      pool,
      `select substring(payload from ${entry.offset + at + 1} for ${length}) ${from}`,
    );
    if (piece?.length !== length) throw new Error(`segment ${segment.seq} of pipeline number ${number} is damaged`);
    return piece;
  };
  if (entry.length <= PIECE_BYTES) return fetch(0, entry.length);
  const block = Buffer.allocUnsafeSlow(entry.length);
  for (let at = 0; at < entry.length; at += PIECE_BYTES) {
    (await fetch(at, Math.min(PIECE_BYTES, entry.length - at))).copy(block, at);
  }
  return block;
}

/** The block's CSV bytes. */
export const expandBlock = (compressed: Buffer): Promise<Buffer> => uncompress(compressed);
