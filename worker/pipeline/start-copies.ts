import type { Pool } from 'pg';
import type { CopyScope } from '@/server/domain/copy-scope.ts';
import { formatLsn, type Lsn, parseLsn } from '@/server/domain/lsn.ts';
import { applicationName } from '@/server/domain/names.ts';
import { schemaHash } from '@/server/domain/table-schema.ts';
import type { KeyRange } from '@/server/domain/verification.ts';
import { visibleSchema } from '@/server/domain/visible-schema.ts';
import { AppError, policyOf } from '@/server/errors/app-error.ts';
import type { Log } from '@/server/platform/logger.ts';
import { sleep } from '@/server/platform/sleep.ts';
import { openSourceSession, type SourceConnection, type SourceSession } from '@/server/postgres/connect.ts';
import { type DiscoveredTable, discoverTable } from '@/server/postgres/discover.ts';
import type { Lease } from '@/worker/buffer/lease.ts';
import { storeSchemas } from '@/worker/buffer/schemas.ts';
import { readTail } from '@/worker/buffer/tail.ts';
import { parkTable, reportPending } from '@/worker/runtime/attention.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { type CopyPlan, planChunks } from '@/worker/source/postgres/copy-plan.ts';
import { divideRange } from '@/worker/source/postgres/order-bounds.ts';
import { tableFingerprint } from '@/worker/source/postgres/table-fingerprint.ts';
import { passXminBarrier } from '@/worker/source/postgres/xmin-barrier.ts';
import type { ChunkRecord, CopyRecord } from './copy-record.ts';
import { type PipelineDefinition, type PipelineTable, readTables } from './definition.ts';
import { endCopyIfDone } from './end-copy.ts';
import { type Lake, openLake } from './lake.ts';
import { createTargets } from './lake-targets.ts';
import { type Partition, readPartitions } from './park-attached.ts';
import { type Provisioned, provision } from './provision.ts';
import { wantsOneSnapshot } from './restart-copy.ts';
import { filterOf } from './table-filters.ts';
import { assertFit, needsBinding } from './table-rules.ts';

const LOOK_MS = 1_000;
const REST_MS = 3_000;

type Options = {
  readonly pipeline: PipelineDefinition;
  readonly lease: Lease;
  readonly connection: SourceConnection;
  /** The tables as the shift began with them. */
  readonly provisioned: Provisioned;
  readonly log: Log;
  readonly signal: AbortSignal;
};

/**
 * Beside the stream: plans the copy of every table that waits for one, those added later too, ends those copied, and takes
 * tables that were removed out of the publication. What will pass by itself is shown on the tables that wait for it, and
 * never ends the stream of the others. Returns early when a table's column rules ask for a new stream.
 */
export async function keepStartingCopies(deps: WorkerDeps, options: Options): Promise<void> {
  const { pipeline, log, signal } = options;
  const { pool } = deps.database;
  const { provisioned } = options;
  let known = provisioned.isPublished ? listOf(provisioned.tables) : null;
  let isFirst = true;
  while (!signal.aborted) {
    const tables = await readTables(pool, pipeline.id);
    // The stream is opened anew under their rules.
    if (tables.some(needsBinding)) return;
    try {
      // Usually the worker of the last chunk does it; it may have died between the two steps.
      for (const { id, state } of tables) if (state === 'copying') await endCopyIfDone(pool, id);
      const pending = tables.filter(isPending);
      // What the shift began with has just been published; a table that begins anew since has lost its oid and has not.
      const isPublished = listOf(tables) === known && pending.every(({ oid }) => oid !== null);
      if (isFirst && isPublished) await startCopies(deps, { ...options, tables: pending });
      else if (listOf(tables) !== known || pending.length > 0) await publishAndPlan(deps, options);
      isFirst = false;
      known = listOf(tables);
      await sleep(LOOK_MS, signal);
    } catch (error) {
      const { code, retry } = policyOf(error);
      if (signal.aborted || retry !== 'automatic' || code === 'LEASE_LOST') throw error;
      log.warn('copies cannot be planned yet', { pipelineId: pipeline.id, error });
      await reportPending(pool, { pipelineId: pipeline.id, error });
      await sleep(REST_MS, signal);
    }
  }
}

const isPending = (table: PipelineTable): boolean => table.state === 'pending';
const listOf = (tables: readonly PipelineTable[]): string => tables.map(({ id }) => id).join();

async function publishAndPlan(deps: WorkerDeps, options: Options): Promise<void> {
  const { pipeline, lease, connection, log, signal } = options;
  const { pool } = deps.database;
  const { tables } = await provision({ pool, connection, pipeline, lease, log, signal, isStreaming: true });
  // One that began anew meanwhile has not been looked up: that is for the next round.
  const pending = tables.filter((table) => isPending(table) && !needsBinding(table) && table.oid !== null);
  await startCopies(deps, { ...options, tables: pending });
}

async function startCopies(deps: WorkerDeps, options: Options & { tables: PipelineTable[] }): Promise<void> {
  const { pipeline, connection, tables, log, signal } = options;
  if (tables.length === 0) return;
  await using session = await openSourceSession(connection, {
    applicationName: applicationName(pipeline.id, 'control'),
  });
  await using lake = await openLake(deps, { destinationId: pipeline.destinationId, signal });
  const tail = await readTail(deps.database.pool, pipeline.id);
  if (!tail) throw new AppError('INTERNAL', 'a copy was planned without a position');
  // Read before the barrier: what has committed until here is visible to every snapshot behind it. The barrier's own
  // transaction makes it grow from copy to copy.
  const startLsn = await writePosition(session);
  await passXminBarrier(session.client, {
    signal,
    onBlocked: (blockers) => log.warn('copy waits for older transactions on the source', { blockers }),
  });
  for (const table of tables) {
    if (signal.aborted) return;
    try {
      await startCopy(deps.database.pool, { table, pipeline, session, lake, startLsn, tailLsn: tail.endLsn, signal });
      log.info('copy planned', { table: `${table.schema}.${table.table}` });
    } catch (error) {
      if (signal.aborted || policyOf(error).retry === 'automatic') throw error;
      log.error('table parked', { table: `${table.schema}.${table.table}`, error });
      await parkTable(deps.database.pool, { tableId: table.id, generation: table.generation, error });
    }
  }
}

type Start = {
  table: PipelineTable;
  pipeline: PipelineDefinition;
  session: SourceSession;
  lake: Lake;
  /** Of the copied rows. */
  startLsn: Lsn;
  /** How far the stream is: what it announces later counts more than the catalog as of now. */
  tailLsn: Lsn;
  signal: AbortSignal;
};

async function writePosition({ client }: SourceSession): Promise<Lsn> {
  const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
  return parseLsn(rows[0]?.lsn ?? '');
}

async function startCopy(
  pool: Pool,
  { table, pipeline, session, lake, startLsn, tailLsn, signal }: Start,
): Promise<void> {
  const discovered = table.oid === null ? null : await discoverTable(session.client, table.oid);
  if (!discovered) {
    throw new AppError('SOURCE_TABLE_MISSING', `table ${table.schema}.${table.table} is gone from the source`);
  }
  assertMirrorable(table, discovered);
  const schema = visibleSchema(discovered.schema, table.boundRules);
  assertFit(schema);
  await createTargets(lake, { pipeline, table, schema, signal });
  const fingerprint = await tableFingerprint(session.client, discovered.schema.oid);
  const where = filterOf(table, discovered);
  const plan = await planChunks(session.client, discovered, {
    rowsPerChunk: pipeline.settings.copyChunkRows,
    oneSnapshot: wantsOneSnapshot(table.copyPlan),
    where,
  });
  const chunks = table.copyScope
    ? await partChunks(session, { plan, scope: table.copyScope, name: `${table.schema}.${table.table}` })
    : chunkRecords(plan);
  const hash = schemaHash(schema);
  await storeSchemas(pool, pipeline.id, {
    segment: { schemas: new Map([[hash, schema]]), toLsn: tailLsn },
    known: new Set(),
  });
  const isPartitioned = discovered.kind === 'partitioned';
  const record: CopyRecord = { fingerprint, startLsn: formatLsn(startLsn), schemaHash: hash, isPartitioned, where };
  const rowsEstimate = where.length > 0 ? plan.rowsEstimate : (discovered.rowEstimate ?? 0);
  // A partition that comes later fails the fingerprint while the copy runs, and is looked at from then on. A part of a
  // table says nothing about the partitions of the rest.
  const { oid } = discovered.schema;
  const partitions = isPartitioned && !table.copyScope ? await readPartitions(session.client, [oid]) : null;
  await storePlan(pool, { table, record, chunks, rowsEstimate, partitions });
}

const chunkRecords = (plan: CopyPlan): ChunkRecord[] =>
  plan.kind === 'keyed'
    ? plan.chunks.flatMap((chunk) => (chunk.kind === 'key-range' ? [chunk] : []))
    : [{ kind: 'whole', chunks: [...plan.chunks] }];

/** The ranges of a part, divided where the whole would be. */
async function partChunks(
  { client }: SourceSession,
  { plan, scope, name }: { plan: CopyPlan; scope: CopyScope; name: string },
): Promise<ChunkRecord[]> {
  if (plan.kind !== 'keyed') {
    throw new AppError('RESYNC_PART_IMPOSSIBLE', `keys of table ${name} cannot be put in order outside the source`);
  }
  const { key } = plan;
  const bounds = plan.chunks.flatMap((one) => (one.kind === 'key-range' && one.lower !== null ? [one.lower] : []));
  const divided: KeyRange[] = [];
  for (const range of scope.ranges) divided.push(...(await divideRange(client, { key, bounds, range })));
  return divided.map((range) => ({ kind: 'key-range', ...range }));
}

function assertMirrorable(table: PipelineTable, { schema, keyDeferrable }: DiscoveredTable): void {
  if (!table.mirror) return;
  const name = `${schema.schema}.${schema.table}`;
  if (!schema.columns.some((column) => column.keyOrdinal !== null)) {
    throw new AppError('MIRROR_WITHOUT_KEY', `table ${name} has no key to mirror by`);
  }
  if (keyDeferrable) throw new AppError('MIRROR_WITHOUT_KEY', `the key of table ${name} is deferrable`);
}

/** Plan, chunks and state in one transaction, so that a crash leaves all of it or none. */
async function storePlan(
  pool: Pool,
  {
    table,
    record,
    chunks,
    rowsEstimate,
    partitions,
  }: {
    table: PipelineTable;
    record: CopyRecord;
    chunks: ChunkRecord[];
    rowsEstimate: number;
    partitions: readonly Partition[] | null;
  },
): Promise<void> {
  await pool.query(
    /* sql */ `
    with planned as (
      update pipeline_table
         set state = 'copying', copy_plan = $3, copy_rows_estimate = $4, copy_rows = 0, copy_started_at = now(),
             copy_ended_at = null, copy_end_lsn = null, error_code = null, error_message = null, error_at = null,
             known_partitions = coalesce($9::jsonb, known_partitions),
             known_schema = coalesce(known_schema, $6), known_schema_lsn = coalesce(known_schema_lsn, $7::pg_lsn)
       where id = $1 and generation = $2 and state = 'pending'
      returning id
    ), closed as (
      -- The new copy shows what these lack, or parks it anew; that of a part does so when it joins.
      update dead_letter
         set needs_mirror = false, needs_changelog = false, replayed_lsn = null,
             state = case when state in ('open', 'replay_requested') then 'superseded' else state end,
             closed_at = coalesce(closed_at, now())
        from planned where dead_letter.pipeline_table_id = planned.id and not $8
    ), uncounted as (
      delete from nulled_value using planned where pipeline_table_id = planned.id and not $8
    )
    insert into copy_chunk (pipeline_table_id, generation, ordinal, range)
    select planned.id, $2, chunk.ordinality - 1, chunk.value
      from planned cross join jsonb_array_elements($5::jsonb) with ordinality as chunk
    on conflict (pipeline_table_id, generation, ordinal) do nothing`,
    [
      table.id,
      table.generation,
      JSON.stringify(record),
      Math.max(0, Math.round(rowsEstimate)),
      JSON.stringify(chunks),
      record.schemaHash,
      record.startLsn,
      table.copyScope !== null,
      partitions === null ? null : JSON.stringify(partitions.map(({ oid }) => oid)),
    ],
  );
}
