import { setTimeout as delay } from 'node:timers/promises';
import { openPool } from '@/db/open-pool.ts';
import { pickTransaction } from './transactions.ts';

const CONNECTIONS = 4;
const TICK_MS = 50;

export type Workload = {
  /** Transactions committed since the start. */
  committed(): number;
  /** Stops after the transactions under way. */
  stop(): Promise<void>;
};

/**
 * Steady traffic on the shop: real transactions over several tables, `ratePerSecond` of them as long as the server keeps
 * up. A lost connection or a failed transaction is tried again with the next one.
 */
export function startWorkload(options: { url: string; ratePerSecond: number }): Workload {
  const pool = openPool({ connectionString: options.url, max: CONNECTIONS, application_name: 'shop_workload' });
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let committed = 0;

  const one = async () => {
    const client = await pool.connect();
    let broken = false;
    try {
      await client.query('begin');
      await pickTransaction(Math.random())(client);
      await client.query('commit');
      committed++;
    } catch {
      broken = await client.query('rollback').then(
        () => false,
        () => true,
      );
    } finally {
      client.release(broken);
    }
  };

  const pace = async () => {
    let due = 0;
    let last = Date.now();
    while (!stopping.signal.aborted) {
      const now = Date.now();
      // At most a second's worth is caught up on after a stall.
      due = Math.min(due + ((now - last) / 1000) * options.ratePerSecond, options.ratePerSecond);
      last = now;
      while (due >= 1 && underWay.size < CONNECTIONS) {
        due--;
        const work: Promise<void> = one()
          .catch(() => undefined) // The server is away: the pool connects again for the next one.
          .finally(() => underWay.delete(work));
        underWay.add(work);
      }
      await delay(underWay.size < CONNECTIONS ? TICK_MS : 1);
    }
  };
  const pacing = pace();

  return {
    committed: () => committed,
    async stop() {
      stopping.abort();
      await pacing;
      await Promise.allSettled(underWay);
      if (!pool.ending) await pool.end();
    },
  };
}
