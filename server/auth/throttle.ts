import type { Pool } from 'pg';
import { AppError } from '@/server/errors/app-error.ts';

type Limit = { readonly key: string; readonly attemptsMax: number; readonly windowS: number };

/** Counts an attempt; throws RATE_LIMITED when there were too many in the window. Counters outlive restarts. */
export async function throttle(pool: Pool, { key, attemptsMax, windowS }: Limit): Promise<void> {
  const { rows } = await pool.query<{ attempts: number }>(
    /* sql */ `
    insert into rate_limit as present (key, attempts) values ($1, 1)
    on conflict (key) do update
       set attempts = case when present.window_start < now() - $2 * interval '1 second'
                           then 1 else present.attempts + 1 end,
           window_start = case when present.window_start < now() - $2 * interval '1 second'
                               then now() else present.window_start end
    returning attempts`,
    [key, windowS],
  );
  if ((rows[0]?.attempts ?? 1) > attemptsMax) throw new AppError('RATE_LIMITED', 'too many attempts');
}
