import type { Pool } from 'pg';
import { applicationName } from '@/server/domain/names.ts';
import type { Log } from '@/server/platform/logger.ts';
import { sleep } from '@/server/platform/sleep.ts';
import { openSourceSession, type SourceConnection } from '@/server/postgres/connect.ts';
import type { Lease } from '@/worker/buffer/lease.ts';
import { lookAtSlot } from './look-at-slot.ts';
import { parkStrayTables } from './park-stray-tables.ts';

const LOOK_MS = 5_000;

type Options = { pipelineId: string; lease: Lease; connection: SourceConnection; log: Log; signal: AbortSignal };

/**
 * Beside the stream: records how much WAL the source keeps for the slot, and how much more fits before the slot is lost;
 * and parks tables whose changes no longer arrive. Only looks; the stream itself says when something is wrong, so a look
 * that fails is logged and tried again.
 */
export async function watchSlot(pool: Pool, { pipelineId, lease, connection, log, signal }: Options): Promise<void> {
  while (!signal.aborted) {
    try {
      await using session = await openSourceSession(connection, {
        applicationName: applicationName(pipelineId, 'control'),
      });
      while (!signal.aborted) {
        await lookAtSlot(pool, { pipelineId, client: session.client });
        await parkStrayTables(pool, { pipelineId, client: session.client, lease, log });
        await sleep(LOOK_MS, signal);
      }
    } catch (error) {
      log.debug('slot could not be looked at', { error });
      await sleep(LOOK_MS, signal);
    }
  }
}
