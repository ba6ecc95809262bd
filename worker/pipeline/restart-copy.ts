import { dataFileFromJson } from '@/server/domain/iceberg/data-file-json.ts';
import { policyOf } from '@/server/errors/app-error.ts';
import type { Log } from '@/server/platform/logger.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { readPipeline, readTable } from './definition.ts';
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
  const { rows } = await deps.database.pool.query<{ files: CopiedFiles | null }>(
    /* sql */ `
    with restarted as (
      update pipeline_table
         set generation = generation + 1, state = 'pending', copy_plan = $5::jsonb, copy_rows = 0, copy_started_at = null,
             copy_ended_at = null, copy_end_lsn = null, error_code = $3, error_message = $4, error_at = now()
       where id = $1 and generation = $2 and state in ('copying', 'catching_up')
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
