import type { Client } from 'pg';
import { AppError } from '@/server/errors/app-error.ts';
import { sleep } from '@/server/platform/sleep.ts';
import { type Blocker, describeBlockers, findBlockers } from './blockers.ts';

type BarrierOptions = {
  readonly signal: AbortSignal;
  readonly waitMaxMs?: number;
  /** Told about once a second while the barrier waits. */
  readonly onBlocked?: (blockers: readonly Blocker[]) => void;
};

/**
 * Waits until every transaction that was running when this began has ended, and returns the id that marks the point.
 * Needed between publishing a table (or creating the slot) and the first snapshot of its copy: a transaction that began
 * before decodes without the table, and must not be invisible to that snapshot. Throws SOURCE_BLOCKED after `waitMaxMs`.
 */
export async function passXminBarrier(client: Client, options: BarrierOptions): Promise<string> {
  const { signal, waitMaxMs = Number.POSITIVE_INFINITY, onBlocked } = options;
  const { rows } = await client.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid');
  const barrier = rows[0]?.xid ?? '';
  const startedMs = performance.now();
  let reportedMs = startedMs;
  while (!(await hasPassed(client, barrier))) {
    const nowMs = performance.now();
    if (nowMs - startedMs > waitMaxMs)
      throw new AppError(
        'SOURCE_BLOCKED',
        `waiting for older transactions: ${await describeBlockers(client, { before: barrier })}`,
      );
    if (onBlocked && nowMs - reportedMs > 1_000) {
      reportedMs = nowMs;
      onBlocked(await findBlockers(client, { before: barrier }));
    }
    await sleep(50, signal);
    signal.throwIfAborted();
  }
  return barrier;
}

async function hasPassed(client: Client, barrier: string): Promise<boolean> {
  const { rows } = await client.query<{ passed: boolean }>(
    'SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 AS passed',
    [barrier],
  );
  return rows[0]?.passed ?? false;
}
