import type { Pool } from 'pg';
import { policyOf } from '@/server/errors/app-error.ts';
import { type Lease, leaseLost } from '@/worker/buffer/lease.ts';

/**
 * Shows an error on the pipeline. A person has to act when it cannot mend itself; until then nothing is tried again. With a
 * lease it says nothing once the lease has passed on: a worker that was overtaken stumbles over what the next one did.
 */
export async function reportPipelineError(
  pool: Pool,
  { pipelineId, lease, error }: { pipelineId: string; lease?: Lease; error: unknown },
): Promise<void> {
  const { code, retry } = policyOf(error);
  const needsAttention = retry !== 'automatic';
  await pool.query(
    /* sql */ `
    with fence as (
      select 1 from lease where pipeline_id = $1 and role = $5 and token = $6 for share
    )
    update pipeline
       set error_code = $2, error_message = $3, error_at = now(),
           state = case when $4 then 'needs_attention' else state end
     where id = $1 and ($6::bigint is null or exists (select 1 from fence))`,
    [pipelineId, code, messageOf(error), needsAttention, lease?.role ?? null, lease?.token ?? null],
  );
}

/** Called on a healthy sign: the stream runs, a commit has landed. */
export async function clearPipelineError(pool: Pool, pipelineId: string): Promise<void> {
  await pool.query(
    /* sql */ `
    update pipeline set error_code = null, error_message = null, error_at = null
     where id = $1 and error_code is not null and state <> 'needs_attention'`,
    [pipelineId],
  );
}

/**
 * One table's permanent error parks that table; the others go on and its changes are kept aside. Under a lease it is
 * refused once the lease has passed on: what a worker sees that was overtaken says nothing about the table. With a generation
 * it is ignored once the table was begun anew.
 */
export async function parkTable(
  pool: Pool,
  { tableId, error, lease, generation }: { tableId: number; error: unknown; lease?: Lease; generation?: number },
): Promise<void> {
  const { rows } = await pool.query<{ held: boolean }>(
    /* sql */ `
    with fence as (
      select 1 from lease where pipeline_id = $5 and role = $6 and token = $7 for share
    ), parked as (
      update pipeline_table
         set state = 'needs_attention', error_code = $2, error_message = $3, error_at = now(), updated_at = now()
       where id = $1 and ($4::integer is null or generation = $4) and ($5::text is null or exists (select 1 from fence))
    )
    select exists (select 1 from fence) as held`,
    [
      tableId,
      policyOf(error).code,
      messageOf(error),
      generation ?? null,
      lease?.pipelineId ?? null,
      lease?.role ?? null,
      lease?.token ?? null,
    ],
  );
  if (lease && !rows[0]?.held) throw leaseLost(lease);
}

/** A copy that will be tried again: shown on the table, whose chunks then rest for a moment. */
export async function reportCopyError(
  pool: Pool,
  { tableId, error }: { tableId: number; error: unknown },
): Promise<void> {
  await pool.query(
    /* sql */ `
    update pipeline_table set error_code = $2, error_message = $3, error_at = now() where id = $1 and state = 'copying'`,
    [tableId, policyOf(error).code, messageOf(error)],
  );
}

/** Why the tables that wait for their copy still wait; it will be tried again. */
export async function reportPending(
  pool: Pool,
  { pipelineId, error }: { pipelineId: string; error: unknown },
): Promise<void> {
  await pool.query(
    /* sql */ `
    update pipeline_table set error_code = $2, error_message = $3, error_at = now()
     where pipeline_id = $1 and state = 'pending'`,
    [pipelineId, policyOf(error).code, messageOf(error)],
  );
}

/** The message with its first cause; both are written by us or by a driver and hold no row values. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`.slice(0, 2000);
}
