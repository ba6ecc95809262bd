import type { PoolClient } from 'pg';
import { inTransaction } from '@/db/in-transaction.ts';
import { identifierText } from '@/server/domain/iceberg/identifier.ts';
import type { TableRequest } from '@/server/domain/table-request.ts';
import { policyOf } from '@/server/errors/app-error.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import type { CommitState } from '@/worker/buffer/commit-state.ts';
import { holdLease } from '@/worker/buffer/settle.ts';
import { parkTable } from '@/worker/runtime/attention.ts';
import { beginAnew } from './begin-anew.ts';
import type { CommitShift } from './commit.ts';
import { type PipelineTable, readTables } from './definition.ts';
import { dropTargets, identifierOf, modesOf } from './lake-targets.ts';

/**
 * Does what people asked of single tables, between two batches and under the commit lease: nobody else changes a table's
 * lake meanwhile. Call it after the commit state was read and before the tables are: a batch then never holds changes of a
 * table's next life. Returns whether anything was done.
 */
export async function carryOutRequests(shift: CommitShift, { intent }: Pick<CommitState, 'intent'>): Promise<boolean> {
  const { pool } = shift.deps.database;
  const { rows } = await pool.query<{ id: string; requested: TableRequest }>(
    'select id, requested from pipeline_table where pipeline_id = $1 and requested is not null order by id',
    [shift.pipeline.id],
  );
  let isDone = false;
  const tables = new Map((await readTables(pool, shift.pipeline.id)).map((table) => [table.id, table]));
  for (const { id, requested } of rows) {
    const table = tables.get(Number(id));
    // A part joins what the table has, so a batch of it that a crash interrupted comes first.
    if (!table || (requested.kind === 'resync-part' && (table.state !== 'live' || intent))) continue;
    isDone = true;
    for (const mode of modesOf(table)) shift.known.delete(identifierText(identifierOf(shift.pipeline, table, mode)));
    if (requested.kind === 'resync') await resync(shift, { table, requested });
    else if (requested.kind === 'resync-part') await resyncPart(shift, { table, requested });
    else await remove(shift, { table, requested });
  }
  return isDone;
}

type Request<Kind extends TableRequest['kind']> = {
  table: PipelineTable;
  requested: Extract<TableRequest, { kind: Kind }>;
};

async function resync(shift: CommitShift, { table, requested }: Request<'resync'>): Promise<void> {
  const files = await underLease(shift, (client) => beginAnew(client, { table, shape: requested }));
  await failpoint('resync-begun');
  shift.log.info('table begins anew', { table: `${table.schema}.${table.table}` });
  // A copy that was not over cannot have joined, so no lake table names its files.
  if (table.state !== 'copying' || files.length === 0) return;
  await shift.lake.storage
    .delete(files)
    .catch((error: unknown) => shift.log.warn('files of the ended copy are left behind', { tableId: table.id, error }));
}

/**
 * The table stays readable and keeps all it has; from here on its changes wait in its spill until the part that is read
 * again joins. Only a live table has nothing that waits already; any other is asked again when it is one.
 */
async function resyncPart(shift: CommitShift, { table, requested }: Request<'resync-part'>): Promise<void> {
  await underLease(shift, async (client) => {
    await client.query('delete from copy_chunk where pipeline_table_id = $1', [table.id]);
    await client.query(
      /* sql */ `
      update pipeline_table
         set generation = generation + 1, state = 'pending', requested = null, copy_plan = null,
             copy_scope = $2::jsonb || jsonb_build_object(
               'whole', jsonb_build_object('rows', copy_rows, 'rowsEstimate', copy_rows_estimate)),
             copy_rows = 0, copy_started_at = null, copy_ended_at = null, copy_end_lsn = null, updated_at = now()
       where id = $1`,
      [table.id, JSON.stringify(requested.scope)],
    );
  });
  await failpoint('resync-begun');
  shift.log.info('a part of a table is read again', { table: `${table.schema}.${table.table}` });
}

/** Lake tables go first: a crash in between finds the request again. What the catalog refuses parks the table instead. */
async function remove(shift: CommitShift, { table, requested }: Request<'remove'>): Promise<void> {
  const { lake, pipeline, signal, log, lease } = shift;
  const name = `${table.schema}.${table.table}`;
  try {
    const kept = requested.dropLakeTables ? await dropTargets(lake, { pipeline, table, signal }) : [];
    for (const identifier of kept)
      log.warn('a lake table was not made for the table and stays', {
        table: name,
        lakeTable: identifierText(identifier),
      });
  } catch (error) {
    if (signal.aborted || policyOf(error).retry === 'automatic') throw error;
    log.error('lake tables cannot be dropped', { table: name, error });
    await parkTable(shift.deps.database.pool, { tableId: table.id, error, lease });
    await underLease(shift, (client) =>
      client.query('update pipeline_table set requested = null where id = $1', [table.id]),
    );
    return;
  }
  await failpoint('removal-lake-dropped');
  await underLease(shift, async (client) => {
    // Whoever read the pipeline with this table in it is told when they change it. Its row is locked before a table's, as everywhere.
    await client.query('update pipeline set version = version + 1, updated_at = now() where id = $1', [pipeline.id]);
    await client.query('delete from pipeline_table where id = $1', [table.id]);
  });
  log.info('table removed', { table: name });
}

async function underLease<Result>(
  { deps, lease }: CommitShift,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return inTransaction(deps.database.pool, async (client) => {
    await holdLease(client, lease);
    const result = await work(client);
    return result;
  });
}
