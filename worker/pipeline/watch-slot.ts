import type { Pool } from 'pg';
import { applicationName } from '@/server/domain/names.ts';
import type { Log } from '@/server/platform/logger.ts';
import { sleep } from '@/server/platform/sleep.ts';
import { openSourceSession, type SourceConnection } from '@/server/postgres/connect.ts';
import type { Lease } from '@/worker/buffer/lease.ts';
import { lookAtSlot } from './look-at-slot.ts';
import { parkAttached } from './park-attached.ts';
import { parkStrayTables } from './park-stray-tables.ts';
import { guardFilters } from './table-filters.ts';

const LOOK_MS = 5_000;
/** The source's own updates fail for as long as a filter that does not fit is published. */
const GUARD_MS = 1_000;

type Options = { pipelineId: string; lease: Lease; connection: SourceConnection; log: Log; signal: AbortSignal };

/**
 * Beside the stream: records how much WAL the source keeps for the slot, and how much more fits before the slot is lost;
 * parks tables whose changes no longer arrive, and takes back filters that make the source's own updates fail. The stream
 * itself says when something is wrong with it, so a look that fails is logged and tried again.
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
        await parkAttached(pool, { pipelineId, client: session.client, lease, log });
        for (let waitedMs = 0; waitedMs < LOOK_MS && !signal.aborted; waitedMs += GUARD_MS) {
          await guardFilters(pool, { pipelineId, client: session.client, lease, log });
          await sleep(GUARD_MS, signal);
        }
      }
    } catch (error) {
      log.debug('slot could not be looked at', { error });
      await sleep(LOOK_MS, signal);
    }
  }
}
