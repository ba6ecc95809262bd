import type { Pool } from 'pg';
import { inTransaction } from '@/db/in-transaction.ts';
import { formatLsn, type Lsn } from '@/server/domain/lsn.ts';
import { applicationName, publicationName, slotName } from '@/server/domain/names.ts';
import type { TableRequest } from '@/server/domain/table-request.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import type { Log } from '@/server/platform/logger.ts';
import { sleep } from '@/server/platform/sleep.ts';
import { openSourceSession, type SourceConnection } from '@/server/postgres/connect.ts';
import { type Lease, leaseLost } from '@/worker/buffer/lease.ts';
import { holdLease } from '@/worker/buffer/settle.ts';
import { identifySource, type SourceIdentity } from '@/worker/source/postgres/identify-source.ts';
import { dropPublication, ensurePublication } from '@/worker/source/postgres/publication.ts';
import { createSlot, dropSlot } from '@/worker/source/postgres/slot.ts';
import { beginAnew } from './begin-anew.ts';
import { type PipelineDefinition, readTables } from './definition.ts';

const LOOK_MS = 250;

type Options = {
  readonly pool: Pool;
  readonly connection: SourceConnection;
  readonly pipeline: PipelineDefinition;
  readonly lease: Lease;
  readonly log: Log;
  readonly signal: AbortSignal;
};

/**
 * Carries out a resync of the whole pipeline under the capture lease, if one was asked for: what is captured is committed
 * first, then slot and publication are made anew, and position, epoch and every table begin again in one transaction. A
 * crash before it repeats all of it; lake tables stay as they are until their copies take their place.
 */
export async function beginPipelineAnew(options: Options): Promise<void> {
  const { pool, connection, pipeline, lease, log, signal } = options;
  if (pipeline.resyncRequestedAt === null) return;
  if (!(await drained(pool, { pipelineId: pipeline.id, signal }))) return;
  await using session = await openSourceSession(connection, {
    applicationName: applicationName(pipeline.id, 'control'),
  });
  const { client } = session;
  const slot = slotName(pipeline.id);
  const publication = publicationName(pipeline.id);
  await dropSlot(client, { slot, applicationName: applicationName(pipeline.id, 'capture'), signal });
  await dropPublication(client, publication);
  // Empty, and before the slot; tables join it when their copies are planned.
  await ensurePublication(client, { publication, tables: [] });
  const identity = await identifySource(client);
  const { consistentLsn } = await createSlot(client, { slot });
  await failpoint('resync-slot-created');
  await storeBeginning(pool, { pipeline, lease, identity, consistentLsn });
  await failpoint('resync-settled');
  log.info('pipeline begins anew', { pipelineId: pipeline.id, consistentLsn: formatLsn(consistentLsn) });
}

/** Resolves when everything captured is in the lake or in a spill; false when told to stop. True without a position. */
async function drained(
  pool: Pool,
  { pipelineId, signal }: { pipelineId: string; signal: AbortSignal },
): Promise<boolean> {
  while (!signal.aborted) {
    const { rows } = await pool.query<{ is_drained: boolean }>(
      'select committed_seq >= tail_seq and batch_id is null as is_drained from position where pipeline_id = $1',
      [pipelineId],
    );
    if (rows[0]?.is_drained !== false) return true;
    await sleep(LOOK_MS, signal);
  }
  return false;
}

type Beginning = {
  readonly pipeline: PipelineDefinition;
  readonly lease: Lease;
  readonly identity: SourceIdentity;
  readonly consistentLsn: Lsn;
};

async function storeBeginning(pool: Pool, { pipeline, lease, identity, consistentLsn }: Beginning): Promise<void> {
  const tables = await readTables(pool, pipeline.id);
  await inTransaction(pool, async (client) => {
    await holdLease(client, lease);
    const { rows } = await client.query<{ id: string; requested: TableRequest | null }>(
      'select id, requested from pipeline_table where pipeline_id = $1 for update',
      [pipeline.id],
    );
    const requests = new Map(rows.map((row) => [Number(row.id), row.requested]));
    for (const table of tables) {
      const requested = requests.get(table.id);
      // Gone meanwhile, or about to go.
      if (requested === undefined || requested?.kind === 'remove') continue;
      await beginAnew(client, { table, shape: requested?.kind === 'resync' ? requested : table });
    }
    // The old log's positions say nothing about the new one's, so schemas known from it count as the oldest.
    await client.query(`update table_schema set first_lsn = '0/0' where pipeline_id = $1`, [pipeline.id]);
    await client.query('delete from told_columns where pipeline_id = $1', [pipeline.id]);
    const { rowCount } = await client.query(
      /* sql */ `
      update position
         set epoch = epoch + 1, system_identifier = $2, timeline = $3, tail_lsn = '0/0', tail_end_lsn = $4,
             tail_commit_time = now(), committed_lsn = $4, committed_commit_time = now(), committed_at = now(),
             source_lsn = null, slot_wal_status = null, slot_retained_bytes = null, slot_safe_bytes = null,
             slot_checked_at = null, updated_at = now()
       where pipeline_id = $1 and committed_seq >= tail_seq and batch_id is null`,
      [pipeline.id, identity.systemIdentifier, identity.timeline, formatLsn(consistentLsn)],
    );
    // Without a position nothing has begun yet, and the first start makes its own slot.
    if (rowCount !== 1 && (await hasPosition(pool, pipeline.id))) throw leaseLost(lease);
    // One that was asked for again meanwhile stays.
    await client.query('update pipeline set resync_requested_at = null where id = $1 and resync_requested_at = $2', [
      pipeline.id,
      pipeline.resyncRequestedAt,
    ]);
  });
}

async function hasPosition(pool: Pool, pipelineId: string): Promise<boolean> {
  const { rowCount } = await pool.query('select 1 from position where pipeline_id = $1', [pipelineId]);
  return rowCount === 1;
}

/** Resolves when a resync of the whole pipeline is asked for while it streams, or when told to stop. */
export async function untilResyncRequested(
  pool: Pool,
  { pipelineId, signal }: { pipelineId: string; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const { rows } = await pool.query<{ is_requested: boolean }>(
      'select resync_requested_at is not null as is_requested from pipeline where id = $1',
      [pipelineId],
    );
    if (rows[0]?.is_requested) return;
    await sleep(LOOK_MS * 4, signal);
  }
}
