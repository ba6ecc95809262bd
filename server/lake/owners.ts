import { and, eq, ne, sql } from 'drizzle-orm';
import { destination, pipeline, pipelineTable } from '@/db/schema/definitions.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { changelogName } from '@/server/domain/names.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { LakeOwner } from './lake-view.ts';

type Deps = Pick<ControlDeps, 'database'>;

/** Which tables of a destination are ours, by `namespace.table`; only those of one namespace when it is given. */
export async function lakeOwners(
  { database }: Deps,
  { destinationId, namespace }: { destinationId: string; namespace?: string | undefined },
): Promise<ReadonlyMap<string, LakeOwner>> {
  const rows = await database.db
    .select({
      pipelineId: pipeline.id,
      pipelineName: pipeline.name,
      namespace: pipeline.namespace,
      tableId: pipelineTable.id,
      lakeName: pipelineTable.lakeName,
      mirror: pipelineTable.mirror,
      changelog: pipelineTable.changelog,
      state: pipelineTable.state,
      source: sql<string>`${pipelineTable.sourceSchema} || '.' || ${pipelineTable.sourceTable}`,
    })
    .from(pipelineTable)
    .innerJoin(pipeline, eq(pipeline.id, pipelineTable.pipelineId))
    .where(
      and(
        eq(pipeline.destinationId, destinationId),
        ne(pipeline.desiredState, 'deleted'),
        namespace === undefined ? undefined : eq(pipeline.namespace, namespace),
      ),
    );
  const owners = new Map<string, LakeOwner>();
  for (const { namespace, lakeName, mirror, changelog, ...owner } of rows) {
    if (mirror) owners.set(`${namespace}.${lakeName}`, { ...owner, mode: 'mirror' });
    if (changelog) owners.set(`${namespace}.${changelogName(lakeName)}`, { ...owner, mode: 'changelog' });
  }
  return owners;
}

/** Throws NOT_FOUND. */
export async function requireDestination(
  { database }: Deps,
  id: string,
): Promise<Pick<typeof destination.$inferSelect, 'id' | 'catalogKind' | 'catalogUri' | 'warehouse' | 'storageKind'>> {
  const { catalogKind, catalogUri, warehouse, storageKind } = destination;
  const [row] = await database.db
    .select({ id: destination.id, catalogKind, catalogUri, warehouse, storageKind })
    .from(destination)
    .where(eq(destination.id, id));
  if (!row) throw new AppError('NOT_FOUND', `there is no destination ${id}`);
  return row;
}
