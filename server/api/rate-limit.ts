import type { Pool } from 'pg';
import { AppError } from '@/server/errors/app-error.ts';

const WINDOW_S = 60;
/** Calls a minute of one actor, and of everybody together who comes from one address without being known. */
const ACTOR_CALLS_MAX = 6_000;
const STRANGER_CALLS_MAX = 300;
/** Calls that are taken from the counter at once, so that a busy client does not write a row for each. */
const SHARE = 50;

type Caller = { readonly actor: string | null; readonly address: string | null };

/** Counts calls; throws RATE_LIMITED. */
export type RateLimit = (caller: Caller, calls: number) => Promise<void>;

type Share = { left: number; untilMs: number };

/**
 * Limits calls by counters in our own database, which all web processes share. While they cannot be asked nothing is let
 * through. A process takes shares, so the limit is exact to one share for each process.
 */
export function createRateLimit(pool: Pool, options: { actorCallsMax?: number } = {}): RateLimit {
  const { actorCallsMax = ACTOR_CALLS_MAX } = options;
  const shares = new Map<string, Share>();
  const pending = new Map<string, Promise<Share>>();

  async function refill(key: string, { max, calls }: { max: number; calls: number }): Promise<Share> {
    const taken = Math.max(calls, Math.min(SHARE, Math.ceil(max / 20)));
    const { attempts, restS } = await take(pool, key, taken);
    if (attempts > max) {
      const retryAfterS = Math.max(1, restS);
      throw new AppError('RATE_LIMITED', `more than ${max} calls in a minute`, { retryAfterS });
    }
    if (shares.size > 10_000) shares.clear();
    const share = { left: taken, untilMs: Date.now() + Math.max(0, restS) * 1_000 };
    shares.set(key, share);
    return share;
  }

  return async ({ actor, address }, calls) => {
    const key = actor === null ? `api-from:${address ?? ''}` : `api:${actor}`;
    const max = actor === null ? STRANGER_CALLS_MAX : actorCallsMax;
    let share = shares.get(key);
    while (!share || share.untilMs <= Date.now() || share.left < calls) {
      // Calls that come at once wait for one share: each taking its own would use up the minute, one row lock after the other.
      const asked = pending.get(key) ?? refill(key, { max, calls }).finally(() => pending.delete(key));
      pending.set(key, asked);
      share = await asked;
      if (share.left >= calls) break;
      share = shares.get(key);
    }
    share.left -= calls;
  };
}

async function take(pool: Pool, key: string, calls: number): Promise<{ attempts: number; restS: number }> {
  const { rows } = await pool.query<{ attempts: number; rest: number }>(
    /* sql */ `
    insert into rate_limit as present (key, attempts) values ($1, $2)
    on conflict (key) do update
       set attempts = case when present.window_start < now() - $3 * interval '1 second'
                           then $2 else least(present.attempts, 1000000) + $2 end,
           window_start = case when present.window_start < now() - $3 * interval '1 second'
                               then now() else present.window_start end
    returning attempts, floor(extract(epoch from window_start - now()) + $3)::int as rest`,
    [key, calls, WINDOW_S],
  );
  const [row] = rows;
  if (!row) throw new AppError('INTERNAL', 'calls were not counted');
  return { attempts: row.attempts, restS: row.rest };
}
