import { dataFileFromJson } from '@/server/domain/iceberg/data-file-json.ts';
import { comparable, namedFiles } from '@/worker/iceberg/named-files.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { type PipelineDefinition, readTables } from './definition.ts';
import { openLake } from './lake.ts';
import { identifierOf, modesOf } from './lake-targets.ts';

type Chunk = { files: { mirror: unknown[]; changelog: unknown[] } };

/**
 * Removes files that a deleted pipeline's copies have staged, unless a lake table names them: a join may be in the lake and
 * not settled here. Call it with the commit lease taken from whoever had it, so that none lands any more.
 */
export async function removeStagedCopies(
  deps: WorkerDeps,
  { pipeline, signal }: { pipeline: PipelineDefinition; signal: AbortSignal },
): Promise<void> {
  const { pool } = deps.database;
  const staged = new Map<number, string[]>();
  for (const table of await readTables(pool, pipeline.id)) {
    const { rows } = await pool.query<Chunk>(
      'select files from copy_chunk where pipeline_table_id = $1 and files is not null',
      [table.id],
    );
    const paths = rows
      .flatMap(({ files }) => [...files.mirror, ...files.changelog])
      .map((file) => dataFileFromJson(file).path);
    if (paths.length > 0) staged.set(table.id, paths);
  }
  if (staged.size === 0) return;
  await using lake = await openLake(deps, { destinationId: pipeline.destinationId, signal });
  for (const table of await readTables(pool, pipeline.id)) {
    const paths = staged.get(table.id);
    if (!paths) continue;
    const named = new Set<string>();
    for (const mode of modesOf(table)) {
      const identifier = identifierOf(pipeline, table, mode);
      if (!(await lake.catalog.tableExists(identifier, { signal }))) continue;
      const { metadata } = await lake.catalog.loadTable(identifier, { signal });
      for (const uri of await namedFiles({ metadata, reader: lake.manifests })) named.add(uri);
    }
    await lake.storage.delete(paths.filter((path) => !named.has(comparable(path))));
  }
}
