import { and, asc, eq, ne } from 'drizzle-orm';
import * as z from 'zod';
import { pipeline, pipelineTable } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { PipelineView } from './pipeline-view.ts';

const storedSettings = z.record(z.string(), z.number());
const storedPolicies = z.record(z.string(), z.enum(['dead-letter', 'string', 'null']));

/** What one pipeline is to do, as it can be changed. Throws NOT_FOUND. */
export async function getPipeline(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  { id }: { id: string },
): Promise<PipelineView> {
  authorize(actor, 'pipeline:read');
  const [row] = await database.db
    .select()
    .from(pipeline)
    .where(and(eq(pipeline.id, id), ne(pipeline.desiredState, 'deleted')));
  if (!row) throw new AppError('NOT_FOUND', `there is no pipeline ${id}`);
  const tables = await database.db
    .select()
    .from(pipelineTable)
    .where(eq(pipelineTable.pipelineId, id))
    .orderBy(asc(pipelineTable.sourceSchema), asc(pipelineTable.sourceTable));
  const { name, sourceId, destinationId, namespace, state, desiredState } = row;
  return {
    id,
    name,
    sourceId,
    destinationId,
    namespace,
    state,
    desiredState,
    settings: storedSettings.parse(row.settings),
    schemaPolicy: row.schemaPolicy,
    tables: tables.map((table) => ({
      id: table.id,
      schema: table.sourceSchema,
      table: table.sourceTable,
      lakeName: table.lakeName,
      mirror: table.mirror,
      changelog: table.changelog,
      policies: storedPolicies.parse(table.policies),
      onDelete: table.onDelete,
      onTruncate: table.onTruncate,
      schemaPolicy: table.schemaPolicy,
      columns: table.columnRules,
      otherColumns: table.otherColumns,
      where: [...table.rowFilter],
      state: table.state,
    })),
    version: row.version.toString(),
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
  };
}
