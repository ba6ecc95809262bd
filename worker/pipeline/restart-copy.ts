import type { CopyScope } from '@/server/domain/copy-scope.ts';
import { dataFileFromJson } from '@/server/domain/iceberg/data-file-json.ts';
import type { TableRequest } from '@/server/domain/table-request.ts';
import { policyOf } from '@/server/errors/app-error.ts';
import type { Log } from '@/server/platform/logger.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { type PipelineTable, readPipeline, readTable } from './definition.ts';
import { openLake } from './lake.ts';

/**
 * Begins a table's copy anew, under a new generation: the plan, the chunks and the changes kept for the old one go. Does
 * nothing when that has happened already. Changes kept until now are visible to every snapshot of the new copy, since it
 * begins behind a barrier of its own.
 */
export async function restartCopy(
  deps: WorkerDeps,
  options: {
    tableId: number;
    generation: number;
    error: unknown;
    /** The next copy is made under one snapshot, whatever the key. */
    oneSnapshot?: boolean;
    log: Log;
  },
): Promise<void> {
  const { tableId, generation, error, oneSnapshot = false, log } = options;
  const table = await readTable(deps.database.pool, tableId);
  if (table?.copyScope) return restartPart(deps, { ...options, table, scope: table.copyScope });
  const { rows } = await deps.database.pool.query<{ files: CopiedFiles | null }>(
    /* sql */ `
    with restarted as (
      update pipeline_table
         set generation = generation + 1, state = 'pending', copy_plan = $5::jsonb, copy_rows = 0, copy_started_at = null,
             copy_ended_at = null, copy_end_lsn = null, error_code = $3, error_message = $4, error_at = now()
       where id = $1 and generation = $2 and state in ('copying', 'catching_up')
         -- What is kept for a table in the lake is of all its rows: another chunk of the part has begun it anew already.
         and not is_joined
      returning id
    ), chunks as (
      delete from copy_chunk using restarted
       where pipeline_table_id = restarted.id and generation = $2 returning files
    ), kept as (
      delete from spill_block using restarted where pipeline_table_id = restarted.id and generation = $2
    )
    select files from chunks`,
    [
      tableId,
      generation,
      policyOf(error).code,
      error instanceof Error ? error.message : String(error),
      oneSnapshot ? JSON.stringify(ONE_SNAPSHOT) : null,
    ],
  );
  if (rows.length === 0) return;
  log.warn('copy begins anew', { tableId, error });
  await discard(
    deps,
    tableId,
    rows.flatMap(({ files }) => (files ? [files] : [])),
  ).catch((failure: unknown) => log.warn('files of the ended copy are left behind', { tableId, error: failure }));
}

/**
 * The same for a part of a table: what was kept is of all its rows and must not go, so the table first takes all of it as it
 * is, and then the part is asked for again. A table whose rows leave the part all the time is copied whole instead.
 */
async function restartPart(
  deps: WorkerDeps,
  options: { table: PipelineTable; generation: number; error: unknown; scope: CopyScope; log: Log },
): Promise<void> {
  const { table, generation, error, scope, log } = options;
  const { id: tableId, mirror, changelog, policies, onDelete, onTruncate } = table;
  const restarts = (scope.restarts ?? 0) + 1;
  const request: TableRequest =
    restarts < PART_RESTARTS_MAX
      ? { kind: 'resync-part', scope: { ...scope, restarts } }
      : { kind: 'resync', mirror, changelog, policies, onDelete, onTruncate };
  const { rows } = await deps.database.pool.query<{ files: CopiedFiles | null }>(
    /* sql */ `
    with restarted as (
      update pipeline_table
         set state = 'catching_up', requested = coalesce(requested, $3::jsonb), copy_plan = null,
             copy_rows = coalesce((copy_scope #>> '{whole,rows}')::bigint, 0),
             copy_rows_estimate = coalesce((copy_scope #>> '{whole,rowsEstimate}')::bigint, copy_rows_estimate),
             copy_scope = null, copy_started_at = null, copy_ended_at = null, copy_end_lsn = null
       where id = $1 and generation = $2 and state in ('copying', 'catching_up') and copy_scope is not null
      returning id
    )
    delete from copy_chunk using restarted
     where pipeline_table_id = restarted.id and generation = $2 returning files`,
    [tableId, generation, JSON.stringify(request)],
  );
  if (rows.length === 0) return;
  log.warn('the part of a table is read anew', { tableId, error });
  await discard(
    deps,
    tableId,
    rows.flatMap(({ files }) => (files ? [files] : [])),
  ).catch((failure: unknown) => log.warn('files of the ended copy are left behind', { tableId, error: failure }));
}

/** Begun anew so often, a part gives way to the whole table, which can be read under one snapshot. */
const PART_RESTARTS_MAX = 5;

/** Stands where the plan will, until the copy is planned. */
const ONE_SNAPSHOT = { next: 'one-snapshot' };

export const wantsOneSnapshot = (plan: unknown): boolean =>
  typeof plan === 'object' && plan !== null && 'next' in plan && plan.next === ONE_SNAPSHOT.next;

type CopiedFiles = { readonly mirror: unknown[]; readonly changelog: unknown[] };

/** No table refers to these files: a copy becomes visible only when it joins. */
async function discard(deps: WorkerDeps, tableId: number, copied: readonly CopiedFiles[]): Promise<void> {
  const paths = copied.flatMap(({ mirror, changelog }) =>
    [...mirror, ...changelog].map((f) => dataFileFromJson(f).path),
  );
  const table = await readTable(deps.database.pool, tableId);
  const pipeline = table && (await readPipeline(deps.database.pool, table.pipelineId));
  if (!pipeline || paths.length === 0) return;
  await using lake = await openLake(deps, {
    destinationId: pipeline.destinationId,
    signal: AbortSignal.timeout(30_000),
  });
  await lake.storage.delete(paths);
}
