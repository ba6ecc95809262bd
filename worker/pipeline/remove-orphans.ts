import type { Log } from '@/server/platform/logger.ts';
import { sleep } from '@/server/platform/sleep.ts';
import { findOrphans, type Orphans } from '@/worker/iceberg/find-orphans.ts';
import { createManifestReader } from '@/worker/iceberg/manifest-cache.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { type PipelineDefinition, type PipelineTable, readTable } from './definition.ts';
import type { Lake } from './lake.ts';
import { identifierOf, isOwned, type LakeMode, modesOf } from './lake-targets.ts';

const LOOK_MS = 30_000;
/** Looking costs a listing and the manifests of all snapshots, and waste grows slowly. */
const EVERY_HOURS = 6;
const HOUR_MS = 3_600_000;

type Keeping = {
  readonly deps: Pick<WorkerDeps, 'database' | 'config'>;
  readonly pipeline: PipelineDefinition;
  readonly lake: Lake;
  readonly log: Log;
  readonly signal: AbortSignal;
};

/** Looks through each table of the pipeline every few hours, beside its commits, until told to stop. Never fails. */
export async function keepRemovingOrphans(keeping: Keeping): Promise<void> {
  const { pipeline, log, signal } = keeping;
  while (!signal.aborted) {
    await sleep(LOOK_MS, signal);
    try {
      while (!signal.aborted && (await lookThroughNext(keeping))) await sleep(0, signal);
    } catch (error) {
      if (!signal.aborted) log.warn('orphan files were not looked for', { pipelineId: pipeline.id, error });
    }
  }
}

/** Takes the table whose look is due longest; false when none is. One that fails has its next turn like all others. */
export async function lookThroughNext(keeping: Keeping): Promise<boolean> {
  const { pool } = keeping.deps.database;
  const { rows } = await pool.query<{ id: string }>(
    /* sql */ `
    update pipeline_table set orphans_looked_at = now()
     where id = (select id from pipeline_table
                  where pipeline_id = $1 and coalesce(orphans_looked_at, created_at) < now() - $2 * interval '1 hour'
                  order by coalesce(orphans_looked_at, created_at) limit 1 for update skip locked)
    returning id`,
    [keeping.pipeline.id, EVERY_HOURS],
  );
  const id = rows[0]?.id;
  const table = id === undefined ? null : await readTable(pool, Number(id));
  if (!table) return false;
  await removeOrphans(keeping, table);
  return true;
}

/** Removes what nothing names from the folders of a table's lake tables, and records what was found. */
export async function removeOrphans(keeping: Keeping, table: PipelineTable): Promise<void> {
  const { deps, lake, log } = keeping;
  const ageMs = deps.config.orphanAgeHours * HOUR_MS;
  let [files, bytes, removed] = [0, 0, 0];
  for (const mode of modesOf(table)) {
    const orphans = await findIn(keeping, { table, mode, ageMs });
    if (!orphans) continue;
    const uris = orphans.removable.map(({ uri }) => uri);
    await lake.storage.delete(uris);
    const gone = orphans.removable.reduce((sum, one) => sum + one.bytes, 0);
    files += orphans.found.files - uris.length;
    bytes += orphans.found.bytes - gone;
    removed += uris.length;
    if (uris.length === 0) continue;
    log.info('orphan files removed', {
      table: `${table.schema}.${table.table}`,
      mode,
      files: uris.length,
      bytes: gone,
    });
  }
  await deps.database.pool.query(
    /* sql */ `
    update pipeline_table set orphan_files = $2, orphan_bytes = $3, orphans_removed = orphans_removed + $4 where id = $1`,
    [table.id, files, bytes, removed],
  );
}

/** Null for a lake table that is not there, or not ours. */
async function findIn(
  { deps, pipeline, lake, signal }: Keeping,
  { table, mode, ageMs }: { table: PipelineTable; mode: LakeMode; ageMs: number },
): Promise<Orphans | null> {
  const identifier = identifierOf(pipeline, table, mode);
  if (!(await lake.catalog.tableExists(identifier, { signal }))) return null;
  const load = () => lake.catalog.loadTable(identifier, { signal });
  const { metadata } = await load().then((found) => (isOwned(found, table) ? found : { metadata: null }));
  if (!metadata) return null;
  await lake.storage.abandonUploads(`${metadata.location}/`, Date.now() - ageMs);
  return findOrphans({
    storage: lake.storage,
    // Its own: a look reads every manifest once, and the commits' cache is for those that are read again.
    reader: createManifestReader(lake.storage),
    load,
    kept: () => stagedByCopies(deps.database.pool, table.id),
    ageMs,
    signal,
  });
}

/** Files of chunks whose copy has not joined, or whose join is not settled. */
async function stagedByCopies(pool: WorkerDeps['database']['pool'], tableId: number): Promise<string[]> {
  const { rows } = await pool.query<{ path: string }>(
    /* sql */ `
    select file #>> '{}' as path from copy_chunk, jsonb_path_query(files, '$.*[*].path') as file
     where pipeline_table_id = $1 and files is not null`,
    [tableId],
  );
  return rows.map(({ path }) => path);
}
