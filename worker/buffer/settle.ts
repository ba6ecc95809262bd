import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '@/db/in-transaction.ts';
import { formatLsn, type Lsn } from '@/server/domain/lsn.ts';
import { segmentTable } from '@/server/domain/names.ts';
import { type Lease, leaseLost } from './lease.ts';
import { readSegments, type SegmentInfo } from './read.ts';
import { countNulls, supersede } from './settle-letters.ts';

/** What one lake table gained by a batch. */
export type LakeCommit = {
  readonly tableId: number;
  readonly mode: 'mirror' | 'changelog';
  readonly kind: 'stream' | 'copy' | 'compaction' | 'replay';
  readonly batchId: string;
  readonly fromLsn: Lsn;
  readonly toLsn: Lsn;
  readonly snapshotId: bigint;
  readonly rowsAdded: bigint;
  readonly rowsDeleted: bigint;
  readonly bytesAdded: bigint;
  readonly durationMs: number;
  /** Found in the lake, not sent just now: it may be told already. */
  readonly isFound?: boolean;
};

/** How far a table is after a commit. */
export type TableProgress = {
  readonly tableId: number;
  /** Changes carried, those that had no effect included. */
  readonly rows: bigint;
  /** The batch that each of its lake tables was brought to; absent where nothing was committed. */
  readonly batchIds: { readonly mirror?: string; readonly changelog?: string };
  /** Dead letters that its mirror has made good. */
  readonly superseded: readonly number[];
  /** Values that became null, by lake column name. */
  readonly nulled: ReadonlyMap<string, number>;
};

export type Settlement = {
  readonly lease: Lease;
  readonly number: number;
  /** The batch's segments, in order. */
  readonly segments: readonly SegmentInfo[];
  /** Tables whose changes of this batch are in the lake. */
  readonly committed: readonly TableProgress[];
  /** Tables that cannot take their changes now: their blocks are kept aside. */
  readonly spilled: readonly {
    readonly tableId: number;
    readonly generation: number;
    readonly oid: number;
    /** Blocks of segments up to this one are passed over. */
    readonly afterSeq?: bigint | null;
  }[];
  readonly history: readonly LakeCommit[];
};

/**
 * Ends a batch in one transaction: markers, history, blocks kept aside for tables that wait, and the committed
 * position. Compare-and-set on the position, refused under a stale lease.
 */
export async function settle(pool: Pool, settlement: Settlement): Promise<void> {
  const { lease, segments } = settlement;
  const last = segments.at(-1);
  if (!last) return;
  await inTransaction(pool, async (client) => {
    await holdLease(client, lease);
    for (const table of settlement.spilled) await spill(client, settlement, table);
    for (const table of settlement.committed) await moveMarker(client, { ...table, toLsn: last.toLsn });
    await insertHistory(client, settlement.history);
    const bytes = segments.reduce((sum, segment) => sum + BigInt(segment.bytes), 0n);
    const rows = segments.reduce((sum, segment) => sum + segment.rows, 0);
    const { rows: moved } = await client.query<{ tail_seq: string }>(
      /* sql */ `
      update position
         set committed_lsn = $2, committed_seq = $3, committed_commit_time = $4, committed_at = now(),
             batch_id = null, batch_to_seq = null, buffer_bytes = greatest(buffer_bytes - $5::bigint, 0),
             buffer_rows = greatest(buffer_rows - $6::bigint, 0)
       where pipeline_id = $1 and committed_seq < $3
      returning tail_seq`,
      [lease.pipelineId, formatLsn(last.toLsn), last.seq, last.commitTime, bytes, rows],
    );
    if (!moved[0]) throw leaseLost(lease);
    await tellWaiting(client, settlement, { afterSeq: last.seq, throughSeq: BigInt(moved[0].tail_seq) });
  });
}

/** Since when the oldest segment waits that came while the batch was committed. The position is held, so none comes now. */
async function tellWaiting(
  client: PoolClient,
  { lease, number }: Settlement,
  range: { afterSeq: bigint; throughSeq: bigint },
): Promise<void> {
  const [next] = range.throughSeq > range.afterSeq ? await readSegments(client, { number, ...range, limit: 1 }) : [];
  if (!next) return;
  await client.query('update position set waiting_since = $2 where pipeline_id = $1', [
    lease.pipelineId,
    next.commitTime,
  ]);
}

/** Fences a transaction: the lease cannot change hands before it ends. Throws LEASE_LOST. */
export async function holdLease(client: PoolClient, lease: Lease): Promise<void> {
  const { rowCount } = await client.query(
    /* sql */ `select 1 from lease where pipeline_id = $1 and role = $2 and token = $3 for share`,
    [lease.pipelineId, lease.role, lease.token],
  );
  if (rowCount !== 1) throw leaseLost(lease);
}

export async function moveMarker(client: PoolClient, table: TableProgress & { toLsn: Lsn }): Promise<void> {
  await client.query(
    /* sql */ `
    update pipeline_table
       set marker_lsn = $2, marker_at = now(), rows_committed = rows_committed + $3,
           mirror_batch_id = coalesce($4, mirror_batch_id), changelog_batch_id = coalesce($5, changelog_batch_id)
     where id = $1`,
    [
      table.tableId,
      formatLsn(table.toLsn),
      table.rows,
      table.batchIds.mirror ?? null,
      table.batchIds.changelog ?? null,
    ],
  );
  if (table.superseded.length > 0) await supersede(client, table.superseded);
  await countNulls(client, table);
}

/** One that is found may be told already: a table that was parked because of one mode had the other one's commit told. */
export async function insertHistory(client: PoolClient, history: readonly LakeCommit[]): Promise<void> {
  for (const commit of history) {
    await client.query(
      /* sql */ `
      insert into lake_commit (pipeline_table_id, mode, kind, batch_id, from_lsn, to_lsn, snapshot_id,
                               rows_added, rows_deleted, bytes_added, duration_ms)
      select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
       where not $12::boolean or not exists (select 1 from lake_commit where pipeline_table_id = $1 and mode = $2 and snapshot_id = $7)`,
      [
        commit.tableId,
        commit.mode,
        commit.kind,
        commit.batchId,
        formatLsn(commit.fromLsn),
        formatLsn(commit.toLsn),
        commit.snapshotId.toString(),
        commit.rowsAdded,
        commit.rowsDeleted,
        commit.bytesAdded,
        Math.round(commit.durationMs),
        commit.isFound === true,
      ],
    );
  }
}

/** Moves a table's blocks inside the database; the bytes never pass through this process. */
async function spill(
  client: PoolClient,
  { number, segments }: Settlement,
  table: Settlement['spilled'][number],
): Promise<void> {
  for (const segment of segments) {
    if (segment.seq <= (table.afterSeq ?? -1n)) continue;
    for (const entry of segment.directory) {
      if (entry.table !== table.oid) continue;
      await client.query(
        /* sql */ `
        insert into spill_block (pipeline_table_id, generation, segment_seq, to_lsn, schema_hash, rows, raw_bytes,
                                 has_unchanged, has_truncate, payload)
        select $1, $2, seq, to_lsn, $3, $4, $5, $6, $7, substring(payload from $8 for $9)
          from ${segmentTable(number, segment.table)} where seq = $10`,
        [
          table.tableId,
          table.generation,
          entry.schema,
          entry.rows,
          entry.raw,
          entry.unchanged,
          entry.truncate,
          entry.offset + 1,
          entry.length,
          segment.seq,
        ],
      );
    }
  }
}
