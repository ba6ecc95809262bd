import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { inTransaction } from '@/db/in-transaction.ts';
import { afterVerification, type Doubt } from '@/server/domain/doubt.ts';
import { policyOf } from '@/server/errors/app-error.ts';
import { type ClaimedVerification, verifyTable } from '@/worker/pipeline/verify/verify-table.ts';
import { VERIFY_HEARTBEAT_LOST_S } from '@/worker/runtime/reconcile.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';

const HEARTBEAT_MS = 2_000;

/**
 * Verifies a table, if nobody else does, from the range on where the last worker stopped. What will pass by itself lets it
 * wait for another turn, with the reason shown; anything else ends it with its code.
 */
export async function verifyJob(
  deps: WorkerDeps,
  { verificationId, signal }: { verificationId: number; signal: AbortSignal },
): Promise<void> {
  const { pool } = deps.database;
  const worker = `${deps.holder}.${randomUUID()}`;
  const verification = await claim(pool, { verificationId, worker });
  if (!verification) return;
  const log = deps.log.child({ verificationId, tableId: verification.tableId });
  using heart = keepBeating(pool, verification);
  try {
    await verifyTable(deps, { verification, signal: AbortSignal.any([signal, heart.signal]) });
    await end(pool, verification);
    log.info('table verified');
  } catch (error) {
    const isStopped = signal.aborted || heart.signal.aborted;
    const { code, retry } = policyOf(error);
    if (!isStopped) log.warn('verification does not go on', { error });
    if (isStopped) await rest(pool, { verification, code: null, message: null });
    else if (retry === 'automatic') await rest(pool, { verification, code, message: messageOf(error) });
    else await fail(pool, { verification, code, message: messageOf(error) });
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 2000);

async function claim(
  pool: Pool,
  { verificationId, worker }: { verificationId: number; worker: string },
): Promise<ClaimedVerification | null> {
  const { rows } = await pool.query<{ table_id: string; lower: string | null; upper: string | null }>(
    /* sql */ `
    update verification
       set state = 'running', worker = $2, heartbeat_at = now(), attempt = attempt + 1, began_at = coalesce(began_at, now()),
           error_code = null, error_message = null
     where id = $1
       and (state = 'waiting' or (state = 'running' and heartbeat_at < now() - $3::integer * interval '1 second'))
    returning pipeline_table_id as table_id, lower, upper`,
    [verificationId, worker, VERIFY_HEARTBEAT_LOST_S],
  );
  const [row] = rows;
  if (!row) return null;
  const { lower, upper } = row;
  return { id: verificationId, tableId: Number(row.table_id), worker, scope: { lower, upper } };
}

/** Says that it is worked on; aborts when it was cancelled, taken away, or when its table does not move any more. */
function keepBeating(pool: Pool, { id, worker }: ClaimedVerification): { signal: AbortSignal } & Disposable {
  const lost = new AbortController();
  const beat = async () => {
    const { rowCount } = await pool.query(
      /* sql */ `
      update verification set heartbeat_at = now()
        from pipeline_table, pipeline
       where verification.id = $1 and verification.worker = $2 and verification.state = 'running'
         and pipeline_table.id = verification.pipeline_table_id and pipeline.id = pipeline_table.pipeline_id
         and pipeline.desired_state = 'running' and pipeline.state <> 'needs_attention'`,
      [id, worker],
    );
    if (rowCount !== 1) lost.abort();
  };
  const timer = setInterval(() => void beat().catch(() => undefined), HEARTBEAT_MS);
  return { signal: lost.signal, [Symbol.dispose]: () => clearInterval(timer) };
}

/** With it, what the table is doubted for: proven when rows differ, gone when all of it was compared and is equal. */
async function end(pool: Pool, { id, worker, tableId, scope }: ClaimedVerification): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows: ended } = await client.query<{
      began_at: Date;
      left_out: { column: string }[];
      differs: boolean;
      is_sure: boolean;
    }>(
      /* sql */ `
      update verification set state = 'done', ended_at = now() where id = $1 and worker = $2 and state = 'running'
      returning began_at, left_out,
        exists (select 1 from verification_range where verification_id = $1 and state = 'different') as differs,
        not exists (select 1 from verification_range where verification_id = $1 and state <> 'equal') as is_sure`,
      [id, worker],
    );
    const { rows: tables } = await client.query<{ doubts: readonly Doubt[] }>(
      'select doubts from pipeline_table where id = $1 for update',
      [tableId],
    );
    const [found, table] = [ended[0], tables[0]];
    if (found && table) {
      const isWhole = scope.lower === null && scope.upper === null;
      const doubts = afterVerification(table.doubts, {
        differs: found.differs,
        isSure: found.is_sure && isWhole,
        beganAt: found.began_at,
        leftOut: found.left_out.map(({ column }) => column),
      });
      await client.query('update pipeline_table set doubts = $2 where id = $1', [tableId, JSON.stringify(doubts)]);
    }
  });
}

type Stop = { verification: ClaimedVerification; code: string | null; message: string | null };

/** The next worker goes on. Without a code it does so at once. */
const rest = (pool: Pool, { verification: { id, worker }, code, message }: Stop) =>
  pool.query(
    /* sql */ `
    update verification set state = 'waiting', worker = null, heartbeat_at = now(), error_code = $3, error_message = $4
     where id = $1 and worker = $2 and state = 'running'`,
    [id, worker, code, message],
  );

const fail = (pool: Pool, { verification: { id, worker }, code, message }: Stop) =>
  pool.query(
    /* sql */ `
    update verification set state = 'failed', ended_at = now(), error_code = $3, error_message = $4
     where id = $1 and worker = $2 and state = 'running'`,
    [id, worker, code, message],
  );
