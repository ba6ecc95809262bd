import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { sleep } from '@/server/platform/sleep.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import type { SpoolOptions } from '@/worker/source/postgres/spool-disk.ts';
import { readPipeline } from './definition.ts';

const LOOK_MS = 1_000;

type Room = { readonly pipelineId: string; readonly bytesMax: number };

export type InProgressRoom = SpoolOptions & {
  /** Something lies there now. */
  isUsed(): boolean;
};

/** A folder of the session's own: what an earlier one kept is of no use, since the source sends it again. */
export function inProgressRoom(
  { config, metrics }: Pick<WorkerDeps, 'config' | 'metrics'>,
  { pipelineId: pipeline, bytesMax }: Room,
): InProgressRoom {
  let used = 0;
  return {
    folder: join(config.workDir, 'in-progress', randomUUID()),
    bytesMax,
    onUse: ({ bytes, transactions }) => {
      used = transactions;
      metrics.inProgressBytes.set({ pipeline }, bytes);
      metrics.inProgressTransactions.set({ pipeline }, transactions);
    },
    isUsed: () => used > 0,
  };
}

/** A stream is read one way from its beginning on: resolves when a person wants other room for transactions in progress. */
export async function untilRoomChanges(
  pool: Pool,
  { pipelineId, bytesMax, signal }: Room & { signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const now = await readPipeline(pool, pipelineId).catch(() => null); // our database being away is the lease's business
    if (now && now.settings.inProgressBytesMax !== bytesMax) return;
    await sleep(LOOK_MS, signal);
  }
}
