import type { Pool } from 'pg';
import { type Lsn, parseLsn } from '@/server/domain/lsn.ts';
import { type Lease, leaseLost } from './lease.ts';

/** How far commit is, and how far it could go. */
export type CommitState = {
  readonly epoch: number;
  readonly committedLsn: Lsn;
  readonly committedSeq: bigint;
  readonly tailLsn: Lsn;
  readonly tailEndLsn: Lsn;
  readonly tailSeq: bigint;
  /** A batch that was begun and not settled: it must be repeated exactly. */
  readonly intent: { readonly batchId: string; readonly toSeq: bigint } | null;
  /** Between batches something else may be due: a person's request, a replay, a copied table that could join. */
  readonly hasErrands: boolean;
};

export async function readCommitState(pool: Pool, pipelineId: string): Promise<CommitState | null> {
  const { rows } = await pool.query<{
    epoch: number;
    committed_lsn: string;
    committed_seq: string;
    tail_lsn: string;
    tail_end_lsn: string;
    tail_seq: string;
    batch_id: string | null;
    batch_to_seq: string | null;
    has_errands: boolean;
  }>(
    /* sql */ `
    select epoch, committed_lsn, committed_seq, tail_lsn, tail_end_lsn, tail_seq, batch_id, batch_to_seq,
           exists (select 1 from pipeline_table
                    where pipeline_table.pipeline_id = position.pipeline_id
                      and (requested is not null or pipeline_table.state = 'catching_up'
                           or exists (select 1 from dead_letter
                                       where pipeline_table_id = pipeline_table.id
                                         and dead_letter.state = 'replay_requested'))) as has_errands
      from position where pipeline_id = $1`,
    [pipelineId],
  );
  const row = rows[0];
  if (!row) return null;
  return {
    epoch: row.epoch,
    committedLsn: parseLsn(row.committed_lsn),
    committedSeq: BigInt(row.committed_seq),
    tailLsn: parseLsn(row.tail_lsn),
    tailEndLsn: parseLsn(row.tail_end_lsn),
    tailSeq: BigInt(row.tail_seq),
    intent:
      row.batch_id !== null && row.batch_to_seq !== null
        ? { batchId: row.batch_id, toSeq: BigInt(row.batch_to_seq) }
        : null,
    hasErrands: row.has_errands,
  };
}

/**
 * How far the lake has followed the source: with nothing waiting, everything up to what the slot may be confirmed to,
 * otherwise the last committed transaction.
 */
export const lakePosition = (state: CommitState): Lsn =>
  state.committedSeq === state.tailSeq && state.tailEndLsn > state.committedLsn ? state.tailEndLsn : state.committedLsn;

/** Remembers what is about to be committed, before the lake hears of it. Throws LEASE_LOST. */
export async function storeIntent(
  pool: Pool,
  { lease, batchId, toSeq }: { lease: Lease; batchId: string; toSeq: bigint },
): Promise<void> {
  const { rowCount } = await pool.query(
    /* sql */ `
    with fence as (
      select 1 from lease where pipeline_id = $1 and role = 'commit' and token = $2 for share
    )
    update position set batch_id = $3, batch_to_seq = $4
     where pipeline_id = $1 and committed_seq < $4 and (batch_to_seq is null or batch_to_seq = $4)
       and exists (select 1 from fence)`,
    [lease.pipelineId, lease.token, batchId, toSeq],
  );
  if (rowCount !== 1) throw leaseLost(lease);
}
