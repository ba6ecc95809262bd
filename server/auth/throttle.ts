import type { Pool } from 'pg';
import { AppError } from '@/server/errors/app-error.ts';

type Limit = {
  /** What is counted, and for whom: `sign-in:<account>`. */
  readonly key: string;
  readonly attemptsMax: number;
  readonly windowS: number;
};

/**
 * Counts an attempt; throws RATE_LIMITED, saying when to come back, when there were too many in the window. Counters live in
 * our database, so they outlive restarts, hold for all web processes, and nothing is let through while they cannot be asked.
 */
export async function throttle(pool: Pool, { key, attemptsMax, windowS }: Limit): Promise<void> {
  const { rows } = await pool.query<{ attempts: number; rest: number }>(
    /* sql */ `
    insert into rate_limit as present (key, attempts) values ($1, 1)
    on conflict (key) do update
       set attempts = case when present.window_start < now() - $2 * interval '1 second'
                           then 1 else present.attempts + 1 end,
           window_start = case when present.window_start < now() - $2 * interval '1 second'
                               then now() else present.window_start end
    returning attempts, ceil(extract(epoch from window_start - now()) + $2)::int as rest`,
    [key, windowS],
  );
  const [counted] = rows;
  if (!counted) throw new AppError('INTERNAL', 'an attempt was not counted');
  if (counted.attempts === 1) await forgetOld(pool);
  if (counted.attempts <= attemptsMax) return;
  const retryAfterS = Math.max(1, counted.rest);
  throw new AppError('RATE_LIMITED', `too many attempts; the next one counts in ${retryAfterS} seconds`, {
    retryAfterS,
  });
}

/** Begins the count anew, for whoever has shown to be no guesser. */
export async function forgetAttempts(pool: Pool, key: string): Promise<void> {
  await pool.query('delete from rate_limit where key = $1', [key]);
}

const LONGEST_WINDOW = '1 day';

/** Whoever comes from ever new addresses must not fill the table. */
async function forgetOld(pool: Pool): Promise<void> {
  await pool.query(/* sql */ `
    delete from rate_limit where key in (
      select key from rate_limit where window_start < now() - interval '${LONGEST_WINDOW}' limit 100 for update skip locked)`);
}
