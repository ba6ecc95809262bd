import { randomInt } from 'node:crypto';
import type { Pool } from 'pg';
import { AppError, policyOf } from '@/server/errors/app-error.ts';
import type { Log } from '@/server/platform/logger.ts';
import { sleep } from '@/server/platform/sleep.ts';
import { acquireLease, keepLease, type Lease, type LeaseRole } from '@/worker/buffer/lease.ts';
import { clearPipelineError, reportPipelineError } from './attention.ts';
import type { WorkerMetrics } from './metrics.ts';

const LEASE_TTL_MS = 9_000;
const LOOK_MS = 500;
const SHIFT_MS_MIN = 12 * 60_000;
const SHIFT_MS_MAX = 18 * 60_000;
const BACKOFF_MS_FIRST = 500;
const BACKOFF_MS_MAX = 30_000;

type Options = {
  readonly pool: Pool;
  readonly log: Log;
  readonly metrics: Pick<WorkerMetrics, 'errors'>;
  readonly holder: string;
  readonly pipelineId: string;
  readonly role: LeaseRole;
  /** The job's own signal: shutdown of this worker. */
  readonly signal: AbortSignal;
  /**
   * The work. Returns when its signal aborts; calls `healthy` whenever something has really moved. `due` aborts when the shift's
   * time is up.
   */
  readonly work: (lease: Lease, signal: AbortSignal, healthy: () => void, due: AbortSignal) => Promise<void>;
  /** The work ends by itself when its time is up, where it has least to repeat; else it is ended. */
  readonly endsItself?: boolean;
  readonly shiftMs?: number;
};

/** The shifts of this process that have a lease or ask for one. The queue may hold an older job for the same work. */
const underWay = new Map<string, symbol>();

/**
 * Works on a pipeline under a lease until told to stop, until the shift is over, or until the lease is lost. Failures
 * that can mend themselves are repeated with growing pauses; all others are shown on the pipeline and end the shift.
 */
export async function runShift(options: Options): Promise<void> {
  const { pipelineId, role, holder } = options;
  const name = `${holder}.${role}.${pipelineId}`;
  // The lease would be given to the same holder again, and taken from the shift that has it.
  if (underWay.has(name)) return;
  const mine = Symbol(name);
  underWay.set(name, mine);
  // One that lost its lease may hang for ever, and must not keep others from the work.
  const leave = () => void (underWay.get(name) === mine && underWay.delete(name));
  try {
    await runAlone(options, leave);
  } finally {
    leave();
  }
}

async function runAlone(options: Options, onLost: () => void): Promise<void> {
  const { pool, pipelineId, role, holder, log, endsItself = false } = options;
  const lease = await acquireLease(pool, { pipelineId, role, holder: `${holder}.${role}`, ttlMs: LEASE_TTL_MS });
  if (!lease) return; // Another worker is on it.
  const kept = keepLease(pool, lease, LEASE_TTL_MS);
  kept.signal.addEventListener('abort', onLost);
  const over = new AbortController();
  const due = new AbortController();
  const timer = setTimeout(() => due.abort(), options.shiftMs ?? randomInt(SHIFT_MS_MIN, SHIFT_MS_MAX));
  const watch = watchDesiredState(pool, pipelineId, over);
  const ends = [options.signal, kept.signal, over.signal, ...(endsItself ? [] : [due.signal])];
  const signal = AbortSignal.any(ends);
  log.info('shift begins', { pipelineId, role, token: lease.token.toString() });
  try {
    await repeat({ ...options, signal, lease, due: due.signal });
  } catch (error) {
    if (error instanceof AppError && error.code === 'LEASE_LOST') {
      log.warn('lease lost', { pipelineId, role });
      return;
    }
    options.metrics.errors.inc({ code: policyOf(error).code });
    log.error('shift failed', { pipelineId, role, error });
    await report({ ...options, lease }, error);
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
    // Without our database the lease runs out by itself.
    await kept.release().catch((error: unknown) => log.warn('lease not released', { pipelineId, role, error }));
    log.info('shift ends', { pipelineId, role });
  }
}

async function repeat(options: Options & { lease: Lease; due: AbortSignal }): Promise<void> {
  const { pool, pipelineId, role, lease, signal, due, log } = options;
  let attempt = 0;
  let isClear = false;
  const healthy = () => {
    attempt = 0;
    if (isClear) return;
    isClear = true;
    clearPipelineError(pool, pipelineId).catch((error: unknown) => log.warn('error state not cleared', { error }));
  };
  while (!signal.aborted) {
    try {
      await options.work(lease, signal, healthy, due);
      return;
    } catch (error) {
      if (signal.aborted) return;
      const { code, retry } = policyOf(error);
      if (retry !== 'automatic' || code === 'LEASE_LOST') throw error;
      isClear = false;
      options.metrics.errors.inc({ code });
      const delayMs = Math.min(BACKOFF_MS_FIRST * 2 ** attempt++, BACKOFF_MS_MAX);
      log.warn('work will be tried again', { pipelineId, role, code, delayMs, error });
      await report(options, error);
      if (due.aborted) return; // somebody else may fare better
      await sleep(delayMs, signal);
    }
  }
}

/** What cannot be shown, since our own database is away, is in the log. */
async function report({ pool, pipelineId, lease, log }: Options & { lease: Lease }, error: unknown): Promise<void> {
  await reportPipelineError(pool, { pipelineId, lease, error }).catch((failure: unknown) =>
    log.warn('error not shown on the pipeline', { pipelineId, error: failure }),
  );
}

/** People stop a pipeline by changing its row. */
function watchDesiredState(pool: Pool, pipelineId: string, over: AbortController): NodeJS.Timeout {
  const look = async () => {
    const { rows } = await pool.query<{ go: boolean }>(
      `select desired_state = 'running' and state <> 'needs_attention' as go from pipeline where id = $1`,
      [pipelineId],
    );
    if (rows[0]?.go !== true) over.abort();
  };
  // Our own database being away for a moment is the lease's business, not a reason to stop.
  return setInterval(() => void look().catch(() => undefined), LOOK_MS);
}
