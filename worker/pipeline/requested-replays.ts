import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { formatLsn, type Lsn } from '@/server/domain/lsn.ts';
import { policyOf } from '@/server/errors/app-error.ts';
import { type Lease, leaseLost } from '@/worker/buffer/lease.ts';
import { ROW_BYTES_MAX } from '@/worker/columnar/large-rows.ts';
import { OMITTED_REASON } from '@/worker/columnar/reject.ts';
import type { LakeMode } from './lake-targets.ts';

/** Rows of up to this many dead letters are carried by one commit ... */
const LETTERS_MAX = 200;
/** ... of about this size at most, but at least one: the next ones wait for the next commit. */
const BYTES_MAX = 32 * 1024 * 1024;

export type RequestedLetter = {
  readonly id: number;
  readonly tableId: number;
  readonly epoch: number;
  readonly rowKey: readonly (string | null)[] | null;
  readonly schemaHash: string;
  readonly payload: Buffer;
};

/** Letters of one table to be carried by one commit into one of its lake tables: the mirror first. */
export type ReplayGroup = {
  readonly tableId: number;
  readonly mode: LakeMode;
  readonly epoch: number;
  readonly batchId: string;
  /** An earlier attempt may have got as far as the lake. */
  readonly isRepeated: boolean;
  readonly letters: readonly RequestedLetter[];
};

type Row = {
  id: string;
  pipeline_table_id: string;
  epoch: number;
  row_key: (string | null)[] | null;
  needs_mirror: boolean;
  schema_hash: string;
  payload: Buffer;
  replay_batch_id: string | null;
};

/** What to replay next among these tables: attempts that a crash interrupted come first, with exactly their letters. */
export async function nextReplay(pool: Pool, tableIds: readonly number[]): Promise<ReplayGroup | null> {
  const { rows } = await pool.query<Row>(
    /* sql */ `
    with next as (
      select pipeline_table_id, epoch, replay_batch_id, needs_mirror from dead_letter
       where pipeline_table_id = any($1) and (needs_mirror or needs_changelog) and state = 'replay_requested'
       order by replay_batch_id is null, id limit 1
    )
    , chosen as (
      select letter.id, letter.replay_batch_id is not null as is_repeated, lsn, ordinal,
             -- A row that was too large may be as large as a row can be by now.
             coalesce(sum(case when reason = $4 then $5::bigint else octet_length(payload) end) over (
               order by lsn, ordinal rows between unbounded preceding and 1 preceding), 0) as bytes_before
        from dead_letter letter join next using (pipeline_table_id, epoch, needs_mirror)
       where (needs_mirror or needs_changelog) and state = 'replay_requested'
         and letter.replay_batch_id is not distinct from next.replay_batch_id
       order by lsn, ordinal limit $2
    )
    select id, pipeline_table_id, epoch, row_key, needs_mirror, schema_hash, payload, letter.replay_batch_id
      from dead_letter letter join chosen using (id)
     where is_repeated or bytes_before < $3
     order by letter.lsn, letter.ordinal`,
    [tableIds, LETTERS_MAX, BYTES_MAX, OMITTED_REASON, ROW_BYTES_MAX],
  );
  const [first] = rows;
  if (!first) return null;
  const mode = first.needs_mirror ? 'mirror' : 'changelog';
  return {
    tableId: Number(first.pipeline_table_id),
    mode,
    epoch: first.epoch,
    batchId: first.replay_batch_id ?? `replay-${mode}-${randomUUID()}`,
    isRepeated: first.replay_batch_id !== null,
    letters: rows.map((row) => ({
      id: Number(row.id),
      tableId: Number(row.pipeline_table_id),
      epoch: row.epoch,
      rowKey: row.row_key,
      schemaHash: row.schema_hash,
      payload: row.payload,
    })),
  };
}

/** Remembers what is about to be carried, before the lake hears of it. Throws LEASE_LOST. */
export async function storeReplayIntent(
  pool: Pool,
  { lease, group, lsn }: { lease: Lease; group: ReplayGroup; lsn: Lsn | null },
): Promise<void> {
  const ids = group.letters.map(({ id }) => id);
  const { rowCount } = await pool.query(
    /* sql */ `
    with fence as (
      select 1 from lease where pipeline_id = $1 and role = $2 and token = $3 for share
    )
    update dead_letter set replay_batch_id = $5, replayed_lsn = greatest(replayed_lsn, $6::pg_lsn)
     where id = any($4) and state = 'replay_requested' and exists (select 1 from fence)`,
    [lease.pipelineId, lease.role, lease.token, ids, group.batchId, lsn === null ? null : formatLsn(lsn)],
  );
  if (rowCount !== ids.length) throw leaseLost(lease);
}

/** Opens letters again that cannot be carried, each with why. */
export async function reopen(pool: Pool, refusals: ReadonlyMap<number, { column: string | null; reason: string }>) {
  for (const [id, { column, reason }] of refusals) {
    await pool.query(
      /* sql */ `
      update dead_letter
         set state = 'open', replay_batch_id = null, replay_failed_at = now(), column_name = coalesce($2, column_name), reason = $3
       where id = $1 and state = 'replay_requested'`,
      [id, column, reason],
    );
  }
}

/** The same for a whole group that an error stands in the way of. */
export const reopenAll = (pool: Pool, { letters }: ReplayGroup, error: unknown): Promise<void> => {
  const message = error instanceof Error ? error.message : String(error);
  const reason = `not replayed: ${policyOf(error).code}: ${message}`.slice(0, 500);
  return reopen(pool, new Map(letters.map(({ id }) => [id, { column: null, reason }])));
};
