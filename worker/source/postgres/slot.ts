import type { Client } from 'pg';
import { type Lsn, parseLsn } from '@/server/domain/lsn.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { sleep } from '@/server/platform/sleep.ts';
import { sourceError, sqlState } from '@/server/postgres/source-error.ts';
import { describeBlockers } from './blockers.ts';

/** A replication slot as the server shows it. */
export type SlotState = {
  readonly plugin: string;
  readonly database: string;
  readonly isActive: boolean;
  readonly activePid: number | null;
  /** `reserved`, `extended`, `unreserved` or `lost` (manual: pg_replication_slots). */
  readonly walStatus: string;
  readonly restartLsn: Lsn | null;
  readonly confirmedFlushLsn: Lsn | null;
  /** WAL that the server keeps because of this slot. */
  readonly retainedBytes: bigint;
  /** How much more WAL fits before the slot is lost; null without a limit. */
  readonly safeWalBytes: bigint | null;
};

/** Null when no slot of this name exists. */
export async function inspectSlot(client: Client, slot: string): Promise<SlotState | null> {
  const { rows } = await client.query<SlotRow>(
    `SELECT plugin, database, active, active_pid, wal_status, restart_lsn::text, confirmed_flush_lsn::text,
            coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::int8::text AS retained,
            safe_wal_size::text AS safe
       FROM pg_replication_slots WHERE slot_name = $1`,
    [slot],
  );
  const row = rows[0];
  if (!row) return null;
  return {
    plugin: row.plugin ?? '',
    database: row.database ?? '',
    isActive: row.active,
    activePid: row.active_pid,
    walStatus: row.wal_status ?? 'lost',
    restartLsn: row.restart_lsn === null ? null : parseLsn(row.restart_lsn),
    confirmedFlushLsn: row.confirmed_flush_lsn === null ? null : parseLsn(row.confirmed_flush_lsn),
    retainedBytes: BigInt(row.retained),
    safeWalBytes: row.safe === null ? null : BigInt(row.safe),
  };
}

/**
 * Creates a pgoutput slot and returns its consistent point. Fails when the name is taken: adopting a stranger's slot
 * loses data. The server waits for all running transactions; after `waitMaxMs` this throws SOURCE_BLOCKED naming them,
 * and no slot is left. Create the publication before: the slot cannot decode changes made without it. From PostgreSQL 17
 * on the slot is marked to be kept on standbys that synchronize slots.
 */
export async function createSlot(
  client: Client,
  options: { slot: string; waitMaxMs?: number },
): Promise<{ consistentLsn: Lsn }> {
  const { slot, waitMaxMs = 30_000 } = options;
  try {
    await client.query(`SET lock_timeout = ${Math.round(waitMaxMs)}`);
    const { rows: versions } = await client.query<{ follows: boolean }>(
      `SELECT current_setting('server_version_num')::int >= 170000 AS follows`,
    );
    const failover = versions[0]?.follows ? ', failover => true' : '';
    const { rows } = await client.query<{ lsn: string }>(
      `SELECT lsn::text FROM pg_create_logical_replication_slot($1, 'pgoutput'${failover})`,
      [slot],
    );
    return { consistentLsn: parseLsn(rows[0]?.lsn ?? '') };
  } catch (error) {
    if (sqlState(error) !== '55P03') throw sourceError(error, `creating slot ${slot}`);
    throw new AppError('SOURCE_BLOCKED', `creating slot ${slot} waits for ${await describeBlockers(client)}`, {
      cause: error,
    });
  } finally {
    await client.query('RESET lock_timeout').catch(() => undefined); // a broken session reports itself next time
  }
}

/** Drops the slot, ending a reader of ours that still holds it. Does nothing when there is no such slot. */
export async function dropSlot(
  client: Client,
  options: { slot: string; applicationName: string; signal: AbortSignal },
): Promise<void> {
  await takeOverSlot(client, options);
  try {
    await client.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', [
      options.slot,
    ]);
  } catch (error) {
    if (sqlState(error) === UNDEFINED_OBJECT) return;
    throw sourceError(error, `dropping slot ${options.slot}`);
  }
}

/**
 * Ends a session of ours that still holds the slot, for example of a worker that froze. Call it only with the lease
 * held. A stranger's session is left alone: SOURCE_SLOT_BUSY.
 */
export async function takeOverSlot(
  client: Client,
  options: { slot: string; applicationName: string; signal: AbortSignal; waitMaxMs?: number },
): Promise<void> {
  const { slot, applicationName, signal, waitMaxMs = 10_000 } = options;
  const deadline = performance.now() + waitMaxMs;
  while (!signal.aborted) {
    const { rows } = await client.query<{ is_ours: boolean; ended: boolean | null }>(
      `SELECT a.application_name = $2 AS is_ours,
              CASE WHEN a.application_name = $2 THEN pg_terminate_backend(s.active_pid) END AS ended
         FROM pg_replication_slots s LEFT JOIN pg_stat_activity a ON a.pid = s.active_pid
        WHERE s.slot_name = $1 AND s.active`,
      [slot, applicationName],
    );
    const holder = rows[0];
    if (!holder) return;
    if (holder.is_ours === false || performance.now() > deadline)
      throw new AppError('SOURCE_SLOT_BUSY', `slot ${slot} is being read by another session`);
    await sleep(50, signal);
  }
}

const UNDEFINED_OBJECT = '42704';

type SlotRow = {
  plugin: string | null;
  database: string | null;
  active: boolean;
  active_pid: number | null;
  wal_status: string | null;
  restart_lsn: string | null;
  confirmed_flush_lsn: string | null;
  retained: string;
  safe: string | null;
};
