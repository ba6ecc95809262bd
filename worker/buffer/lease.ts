import type { Pool, PoolClient } from 'pg';
import { hasSqlState } from '@/db/has-sql-state.ts';
import { AppError } from '@/server/errors/app-error.ts';

export type LeaseRole = 'capture' | 'commit';

/** Proof of single ownership: every append and settle carries the token and is refused once a newer one exists. */
export type Lease = {
  readonly pipelineId: string;
  readonly role: LeaseRole;
  readonly token: bigint;
};

type Options = { pipelineId: string; role: LeaseRole; holder: string; ttlMs: number };

/** Longer than any transaction that takes a lease's row needs. */
const LOCK_WAIT_MS = 3_000;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Takes the lease if nobody holds it, if it has expired, or if `holder` held it before; the token grows each time.
 * Time is the database's, never a worker's. Returns null while another holder's lease is valid. A holder that stands still in
 * the middle of a transaction holds the lease's row as well: its sessions are ended once its lease has expired, and null is
 * returned; the next attempt finds the row free.
 */
export async function acquireLease(pool: Pool, options: Options): Promise<Lease | null> {
  const client = await pool.connect();
  try {
    await client.query(`begin; set local lock_timeout = ${LOCK_WAIT_MS}`);
    const lease = await takeLease(client, options);
    await client.query('commit');
    client.release();
    return lease;
  } catch (error) {
    await client.query('rollback').catch(() => undefined); // the first failure counts
    client.release();
    if (!hasSqlState(error, LOCK_NOT_AVAILABLE)) throw error;
    await endSessionsOfHolder(pool, options);
    return null;
  }
}

/** What a worker's sessions are called, so that whoever takes its leases can end them. Names have 63 bytes at most. */
export const sessionName = (holder: string): string => `philotes ${holder.slice(-50)}`;

/** Those that have been in a transaction since before the lease expired. */
async function endSessionsOfHolder(pool: Pool, { pipelineId, role }: Options): Promise<void> {
  const { rows } = await pool.query<{ holder: string; expires_at: Date }>(
    'select holder, expires_at from lease where pipeline_id = $1 and role = $2 and expires_at < now()',
    [pipelineId, role],
  );
  const [expired] = rows;
  if (!expired) return;
  // A lease's holder is the worker and what it holds the lease for.
  const name = sessionName(expired.holder.replace(/\.[a-z]+$/, ''));
  await pool.query(
    /* sql */ `
    select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = $1 and datname = current_database() and xact_start < $2 and pid <> pg_backend_pid()`,
    [name, expired.expires_at],
  );
}

async function takeLease(client: PoolClient, { pipelineId, role, holder, ttlMs }: Options): Promise<Lease | null> {
  const { rows } = await client.query<{ token: string }>(
    /* sql */ `
    insert into lease as held (pipeline_id, role, holder, token, expires_at)
    values ($1, $2, $3, 1, now() + $4 * interval '1 millisecond')
    on conflict (pipeline_id, role) do update
       set holder = excluded.holder, token = held.token + 1, expires_at = excluded.expires_at
     where held.expires_at < now() or held.holder = excluded.holder
    returning token`,
    [pipelineId, role, holder, ttlMs],
  );
  return rows[0] ? { pipelineId, role, token: BigInt(rows[0].token) } : null;
}

/** Extends the lease. Throws LEASE_LOST when another worker has taken it. */
export async function renewLease(pool: Pool, lease: Lease, ttlMs: number): Promise<void> {
  const { rowCount } = await pool.query(
    /* sql */ `
    update lease set expires_at = now() + $4 * interval '1 millisecond'
     where pipeline_id = $1 and role = $2 and token = $3`,
    [lease.pipelineId, lease.role, lease.token, ttlMs],
  );
  if (rowCount !== 1) throw leaseLost(lease);
}

/** Lets the next worker start at once instead of after the lease's time. Losing the race for it is fine. */
export async function releaseLease(pool: Pool, lease: Lease): Promise<void> {
  await pool.query(
    /* sql */ `
    update lease set expires_at = now() - interval '1 second'
     where pipeline_id = $1 and role = $2 and token = $3`,
    [lease.pipelineId, lease.role, lease.token],
  );
}

export const leaseLost = ({ pipelineId, role, token }: Lease): AppError =>
  new AppError('LEASE_LOST', `the ${role} lease of pipeline ${pipelineId} with token ${token} is not held any more`);

/** A lease that is renewed in the background. */
export type KeptLease = {
  /** Aborts when the lease is lost, or when it could not be renewed for so long that another worker may have it. */
  readonly signal: AbortSignal;
  /** Ends the renewals, the one under way included, before it lets the lease go: none may take it back afterwards. */
  release(): Promise<void>;
};

/** Renews the lease three times in its life, until it is released. */
export function keepLease(pool: Pool, lease: Lease, ttlMs: number): KeptLease {
  const lost = new AbortController();
  let renewedAt = performance.now();
  const renew = async () => {
    try {
      await renewLease(pool, lease, ttlMs);
      renewedAt = performance.now();
    } catch (error) {
      const expired = performance.now() - renewedAt > ttlMs;
      if (expired || error instanceof AppError) lost.abort(leaseLost(lease));
    }
  };
  const underWay = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const renewal = renew().finally(() => underWay.delete(renewal));
    underWay.add(renewal);
  }, ttlMs / 3);
  return {
    signal: lost.signal,
    async release() {
      clearInterval(timer);
      await Promise.all(underWay);
      await releaseLease(pool, lease);
    },
  };
}
