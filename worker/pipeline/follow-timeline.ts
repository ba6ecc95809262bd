import type { Pool } from 'pg';
import { inTransaction } from '@/db/in-transaction.ts';
import { formatLsn, type Lsn } from '@/server/domain/lsn.ts';
import { applicationName, slotName } from '@/server/domain/names.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { Log } from '@/server/platform/logger.ts';
import type { SourceConnection, SourceSession } from '@/server/postgres/connect.ts';
import { type Lease, leaseLost } from '@/worker/buffer/lease.ts';
import { holdLease } from '@/worker/buffer/settle.ts';
import type { Tail } from '@/worker/buffer/tail.ts';
import type { SourceIdentity } from '@/worker/source/postgres/identify-source.ts';
import { inspectSlot } from '@/worker/source/postgres/slot.ts';
import { switchpointOf } from '@/worker/source/postgres/timeline-history.ts';

type Options = {
  readonly pool: Pool;
  readonly connection: SourceConnection;
  readonly session: SourceSession;
  readonly pipelineId: string;
  readonly lease: Lease;
  readonly tail: Tail;
  readonly identity: SourceIdentity;
  readonly log: Log;
};

/**
 * Compares the source's identity with the one that was read so far. Another cluster is refused, and so is a history that
 * does not hold what was read: a standby that took over too early, or a restored backup. A failover that lost nothing is
 * followed under the same epoch; only what idle reports confirmed beyond the switch is taken back. Tables whose copy saw
 * the lost end of the old history are copied again. Throws SOURCE_SERVER_CHANGED or SOURCE_FAILED_OVER.
 */
export async function followTimeline(options: Options): Promise<void> {
  const { connection, session, pipelineId, tail, identity, log } = options;
  if (tail.systemIdentifier !== identity.systemIdentifier) {
    throw new AppError(
      'SOURCE_SERVER_CHANGED',
      `the source is not the cluster that pipeline ${pipelineId} has read so far`,
    );
  }
  if (identity.timeline === tail.timeline) return;
  const change = `timeline ${identity.timeline} instead of ${tail.timeline}`;
  if (identity.timeline < tail.timeline) {
    throw new AppError('SOURCE_SERVER_CHANGED', `the source lives on ${change}: it is older than what was read`);
  }
  const switchpoint = await switchpointOf(connection, {
    past: tail.timeline,
    present: identity.timeline,
    applicationName: applicationName(pipelineId, 'control'),
  });
  if (switchpoint === null) {
    throw new AppError('SOURCE_FAILED_OVER', `the source lives on ${change}, which does not descend from it`);
  }
  if (tail.lsn >= switchpoint) {
    throw new AppError(
      'SOURCE_FAILED_OVER',
      `the source lives on ${change} since ${formatLsn(switchpoint)}; changes up to ${formatLsn(tail.lsn)} were read that it does not have`,
    );
  }
  if (!(await inspectSlot(session.client, slotName(pipelineId)))) {
    throw new AppError(
      'SOURCE_FAILED_OVER',
      `the source lives on ${change}, and slot ${slotName(pipelineId)} did not come along`,
    );
  }
  await storeTimeline(options, switchpoint);
  log.warn('the source has failed over, nothing is lost', { pipelineId, timeline: identity.timeline });
}

async function storeTimeline({ pool, pipelineId, lease, identity }: Options, switchpoint: Lsn): Promise<void> {
  await inTransaction(pool, async (client) => {
    await holdLease(client, lease);
    const { rowCount } = await client.query(
      /* sql */ `
      update position set timeline = $2, tail_end_lsn = least(tail_end_lsn, $3::pg_lsn) where pipeline_id = $1`,
      [pipelineId, identity.timeline, formatLsn(switchpoint)],
    );
    if (rowCount !== 1) throw leaseLost(lease);
    // Chunks under way hold transactions that may be gone, and so may what a copy brought that ended after the switch.
    await client.query(
      /* sql */ `
      update pipeline_table
         set requested = jsonb_build_object('kind', 'resync', 'mirror', mirror, 'changelog', changelog, 'policies', policies,
                                             'onDelete', on_delete, 'onTruncate', on_truncate)
       where pipeline_id = $1 and requested is null and (state = 'copying' or copy_end_lsn > $2::pg_lsn)`,
      [pipelineId, formatLsn(switchpoint)],
    );
  });
}
