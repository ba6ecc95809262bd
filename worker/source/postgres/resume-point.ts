import type { Client } from 'pg';
import { formatLsn, type Lsn, ZERO_LSN } from '@/server/domain/lsn.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { inspectSlot } from './slot.ts';

/**
 * Compares the stored position with the slot and the server, and returns where reading resumes. The server itself says
 * nothing when asked to start before the slot's position: it silently begins later.
 */
export async function checkResumePoint(
  client: Client,
  options: { slot: string; publication: string; database: string; endLsn: Lsn },
): Promise<Lsn> {
  const { slot, endLsn, publication, database } = options;
  const state = await inspectSlot(client, slot);
  if (!state) throw new AppError('SOURCE_SLOT_MISSING', `slot ${slot} does not exist`);
  if (state.walStatus === 'lost' || state.restartLsn === null || state.confirmedFlushLsn === null)
    throw new AppError('SOURCE_SLOT_LOST', `slot ${slot} was invalidated by the server`);
  if (state.plugin !== 'pgoutput' || state.database !== database)
    throw new AppError('SOURCE_SLOT_GAP', `slot ${slot} is another one: ${state.plugin} of ${state.database}`);
  if (endLsn !== ZERO_LSN && endLsn < state.confirmedFlushLsn)
    throw new AppError(
      'SOURCE_SLOT_GAP',
      `slot ${slot} starts at ${formatLsn(state.confirmedFlushLsn)}, after the stored position ${formatLsn(endLsn)}`,
    );
  const { rows } = await client.query<{ is_ahead: boolean; is_published: boolean }>(
    `SELECT $1::pg_lsn > pg_current_wal_lsn() AS is_ahead,
            EXISTS (SELECT FROM pg_publication WHERE pubname = $2) AS is_published`,
    [formatLsn(endLsn), publication],
  );
  if (rows[0]?.is_ahead)
    throw new AppError(
      'SOURCE_SERVER_CHANGED',
      `the server has not yet reached the stored position ${formatLsn(endLsn)}`,
    );
  if (!rows[0]?.is_published) throw new AppError('SOURCE_PUBLICATION', `publication ${publication} does not exist`);
  return endLsn === ZERO_LSN ? state.confirmedFlushLsn : endLsn;
}
