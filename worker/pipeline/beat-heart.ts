import type { Pool } from 'pg';
import { applicationName } from '@/server/domain/names.ts';
import type { Log } from '@/server/platform/logger.ts';
import { sleep } from '@/server/platform/sleep.ts';
import { openSourceSession, type SourceConnection, type SourceSession } from '@/server/postgres/connect.ts';

/** How soon a changed setting is followed. */
const LOOK_MS = 1_000;
/** A beat that failed is tried again after this. */
const REST_MS = 15_000;
const QUERY_TIMEOUT_MS = 10_000;

type Options = { pipelineId: string; connection: SourceConnection; log: Log; signal: AbortSignal };

/**
 * Beside the stream: writes a message to the source's log every `heartbeatSeconds`, if a person wants it. A slot is confirmed
 * behind what its own database has written: where that is idle, the log of a busy neighbour is kept for nothing. Nobody needs a
 * table for it, nor a right to write, and the stream does not carry it. A beat that fails harms nothing but its purpose.
 */
export async function beatHeart(pool: Pool, { pipelineId, connection, log, signal }: Options): Promise<void> {
  let session: SourceSession | null = null;
  let beatenMs = Number.NEGATIVE_INFINITY;
  try {
    while (!signal.aborted) {
      const seconds = await heartbeatSeconds(pool, pipelineId).catch(() => 0);
      if (seconds > 0 && performance.now() - beatenMs >= seconds * 1_000) {
        try {
          session ??= await openSourceSession(connection, {
            applicationName: applicationName(pipelineId, 'control'),
            queryTimeoutMs: QUERY_TIMEOUT_MS,
          });
          await session.client.query(`SELECT pg_logical_emit_message(false, 'philotes', 'heartbeat')`);
          beatenMs = performance.now();
        } catch (error) {
          log.warn('heartbeat failed', { pipelineId, error });
          await session?.[Symbol.asyncDispose]();
          session = null;
          await sleep(REST_MS, signal);
        }
      }
      await sleep(LOOK_MS, signal);
    }
  } finally {
    await session?.[Symbol.asyncDispose]();
  }
}

async function heartbeatSeconds(pool: Pool, pipelineId: string): Promise<number> {
  const { rows } = await pool.query<{ seconds: number | null }>(
    `select (settings->>'heartbeatSeconds')::integer as seconds from pipeline where id = $1`,
    [pipelineId],
  );
  return rows[0]?.seconds ?? 0;
}
