import type { Pool } from 'pg';
import { type Lsn, parseLsn } from '@/server/domain/lsn.ts';

/** Where capture resumes: everything up to here is durable in the buffer. */
export type Tail = {
  readonly epoch: number;
  readonly systemIdentifier: string;
  readonly timeline: number;
  readonly lsn: Lsn;
  readonly endLsn: Lsn;
  readonly seq: bigint;
  readonly segmentTable: number;
};

/** The pipeline's durable tail, or null before its first start. */
export async function readTail(pool: Pool, pipelineId: string): Promise<Tail | null> {
  const { rows } = await pool.query<{
    epoch: number;
    system_identifier: string;
    timeline: number;
    tail_lsn: string;
    tail_end_lsn: string;
    tail_seq: string;
    segment_table: number;
  }>(
    /* sql */ `
    select epoch, system_identifier, timeline, tail_lsn, tail_end_lsn, tail_seq, segment_table
      from position where pipeline_id = $1`,
    [pipelineId],
  );
  const row = rows[0];
  if (!row) return null;
  return {
    epoch: row.epoch,
    systemIdentifier: row.system_identifier,
    timeline: row.timeline,
    lsn: parseLsn(row.tail_lsn),
    endLsn: parseLsn(row.tail_end_lsn),
    seq: BigInt(row.tail_seq),
    segmentTable: row.segment_table,
  };
}
