import type { PoolClient } from 'pg';
import { inTransaction } from '@/db/in-transaction.ts';
import { type Doubt, doubtOf, withDoubt } from '@/server/domain/doubt.ts';
import type { HeldColumns } from '@/server/domain/held-columns.ts';
import type { Schema } from '@/server/domain/iceberg/schema.ts';
import { formatLsn, type Lsn } from '@/server/domain/lsn.ts';
import { diffSchemas, type SchemaChange } from '@/server/domain/schema-change.ts';
import { type SchemaPolicy, waitingText } from '@/server/domain/schema-policy.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { AppError, policyOf } from '@/server/errors/app-error.ts';
import type { SegmentInfo } from '@/worker/buffer/read.ts';
import { readSchema } from '@/worker/buffer/schemas.ts';
import { holdLease } from '@/worker/buffer/settle.ts';
import type { CommitShift } from './commit.ts';
import { CopyRecord } from './copy-record.ts';
import { type PipelineTable, readTables } from './definition.ts';
import { entriesOf } from './entries-of.ts';
import { type Judged, judgeChange } from './judge-change.ts';
import { presentSchemas } from './lake-targets.ts';

type Batch = { readonly tables: readonly PipelineTable[]; readonly batch: readonly SegmentInfo[] };

/**
 * Before a batch is written: compares the columns that it brings with those that were met before, decides by policy what
 * becomes of each change, and stores that in the schema history. A table with a change that has to wait for a person is
 * parked. Under the commit lease, and safe to repeat: a segment is looked at once. Returns the tables as they are then.
 */
export async function followSchemas(shift: CommitShift, { tables, batch }: Batch): Promise<readonly PipelineTable[]> {
  let isChanged = false;
  for (const table of tables) {
    for (const segment of batch) {
      const hashes = entriesOf(table, segment).map(({ schema }) => schema);
      if (hashes.length === 0 || (!isChanged && hashes.every((hash) => hash === table.knownSchema))) continue;
      isChanged = true;
      await follow(shift, { table, segment, hashes });
    }
  }
  if (!isChanged) return tables;
  const present = new Map((await readTables(shift.deps.database.pool, shift.pipeline.id)).map((one) => [one.id, one]));
  return tables.map((table) => present.get(table.id) ?? table);
}

type Step = { readonly table: PipelineTable; readonly segment: SegmentInfo; readonly hashes: readonly string[] };

type Row = {
  known_schema: string | null;
  held: HeldColumns | null;
  doubts: readonly Doubt[];
  mirror: boolean;
  is_joined: boolean;
  schema_policy: SchemaPolicy;
  pipeline_policy: SchemaPolicy;
  epoch: number;
};

async function follow(shift: CommitShift, { table, segment, hashes }: Step): Promise<void> {
  const { pool } = shift.deps.database;
  // Asked for before the transaction: none stays open across a call of the catalog.
  const lakes = await readLakes(shift, table);
  await inTransaction(pool, async (client) => {
    await holdLease(client, shift.lease);
    const { rows } = await client.query<Row>(
      /* sql */ `
      select t.known_schema, t.held, t.doubts, t.mirror, t.is_joined, t.schema_policy, pipeline.schema_policy as pipeline_policy, position.epoch
        from pipeline_table t join pipeline on pipeline.id = t.pipeline_id join position on position.pipeline_id = t.pipeline_id
       where t.id = $1 and (known_schema_seq < $2
              or (known_schema_seq is null and (known_schema_lsn is null or known_schema_lsn < $3::pg_lsn)))
         for update of t`,
      [table.id, segment.seq, formatLsn(segment.toLsn)],
    );
    if (rows[0]) await store(shift, client, { table, segment, hashes, lakes, row: rows[0] });
  });
}

type Found = Step & { readonly row: Row; readonly lakes: readonly Schema[] | null };

async function store(shift: CommitShift, client: PoolClient, { table, segment, hashes, row, lakes }: Found) {
  const read = (hash: string): Promise<TableSchema> =>
    readSchema(shift.deps.database.pool, { pipelineId: shift.pipeline.id, hash, cache: shift.schemas });
  const record = CopyRecord.safeParse(table.copyPlan);
  const copied = record.success ? await read(record.data.schemaHash) : null;
  const policies = row.is_joined ? [row.schema_policy, row.pipeline_policy] : [];
  let { held, doubts, known_schema: known } = row;
  let isWaiting = false;
  for (const hash of hashes) {
    if (hash === known) continue;
    const after = await read(hash);
    const before = known === null ? after : await read(known);
    known = hash;
    for (const change of diffSchemas(before, after)) {
      const judged = judgeChange(change, { before, after, lakes, copied, held, policies });
      held = judged.held;
      isWaiting ||= judged.action === 'waiting';
      const isLeftOut = change.kind === 'column-added' && judged.action === 'ignored';
      const kind = row.mirror && !isLeftOut ? doubtOf(change, { before, after, copied }) : null;
      if (kind) doubts = withDoubt(doubts, { kind, column: change.column, at: new Date().toISOString() });
      await insertChange(client, { tableId: table.id, epoch: row.epoch, lsn: segment.toLsn, change, judged });
    }
  }
  await client.query(
    /* sql */ `
    update pipeline_table set known_schema = $2, known_schema_lsn = $3, known_schema_seq = $4, held = $5, doubts = $6 where id = $1`,
    [
      table.id,
      known,
      formatLsn(segment.toLsn),
      segment.seq,
      held === null ? null : JSON.stringify(held),
      JSON.stringify(doubts),
    ],
  );
  if (isWaiting) await park(client, table);
}

/** Null when they cannot be read for good: then the table is parked when the batch is written. */
async function readLakes(shift: CommitShift, table: PipelineTable): Promise<readonly Schema[] | null> {
  const { pipeline, lake, known, signal } = shift;
  try {
    return await presentSchemas(lake, { pipeline, table, known, signal });
  } catch (error) {
    if (signal.aborted || policyOf(error).retry === 'automatic') throw error;
    return null;
  }
}

async function insertChange(
  client: PoolClient,
  {
    tableId,
    epoch,
    lsn,
    change,
    judged,
  }: { tableId: number; epoch: number; lsn: Lsn; change: SchemaChange; judged: Judged },
): Promise<void> {
  await client.query(
    /* sql */ `
    insert into schema_change (pipeline_table_id, epoch, lsn, kind, column_name, attnum, before, after, action, proposed)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      tableId,
      epoch,
      formatLsn(lsn),
      change.kind,
      change.column,
      judged.attnum,
      JSON.stringify(change.before),
      JSON.stringify(change.after),
      judged.action,
      judged.proposed,
    ],
  );
}

/** A table that waits for something else already, or that a person has paused, meets its changes when it is resumed. */
async function park(client: PoolClient, { id }: PipelineTable): Promise<void> {
  const error = await waitingError(client, id);
  await client.query(
    /* sql */ `
    update pipeline_table
       set state = 'needs_attention', error_code = $2, error_message = $3, error_at = now(), updated_at = now()
     where id = $1 and (state in ('live', 'catching_up') or error_code = $2)`,
    [id, error?.code, error?.message],
  );
}

/** SCHEMA_CHANGE_WAITING with what a person has to decide about; null when there is nothing. */
export async function waitingError(client: Pick<PoolClient, 'query'>, tableId: number): Promise<AppError | null> {
  const { rows } = await client.query<{ kind: string; column: string | null }>(
    `select kind, column_name as column from schema_change where pipeline_table_id = $1 and action = 'waiting' order by id`,
    [tableId],
  );
  if (rows.length === 0) return null;
  return new AppError('SCHEMA_CHANGE_WAITING', waitingText(rows));
}
