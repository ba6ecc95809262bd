import { and, eq, ne, sql } from 'drizzle-orm';
import { pipeline, pipelineTable } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { openSourceSession } from '@/server/postgres/connect.ts';
import { discoverTables } from '@/server/postgres/discover.ts';
import { openSource } from './open-source.ts';
import { type SourceTableView, sourceTableView } from './source-table-view.ts';

/** The source's tables as its catalog shows them now, with what each can be replicated as. */
export async function discoverSource(
  deps: Pick<ControlDeps, 'database' | 'sealer'>,
  actor: Actor,
  { id }: { id: string },
): Promise<SourceTableView[]> {
  authorize(actor, 'source:read');
  const connection = await openSource(deps, id);
  await using session = await openSourceSession(connection, { applicationName: 'philotes_discover' });
  const found = await discoverTables(session.client);
  const users = await pipelinesByTable(deps, id);
  return found.map((table) => sourceTableView(table, users.get(`${table.schema.schema}.${table.schema.table}`)));
}

/** Which pipelines replicate which tables of the source, by `schema.table`. */
async function pipelinesByTable(
  { database }: Pick<ControlDeps, 'database'>,
  sourceId: string,
): Promise<ReadonlyMap<string, { id: string; name: string }[]>> {
  const rows = await database.db
    .select({
      id: pipeline.id,
      name: pipeline.name,
      table: sql<string>`${pipelineTable.sourceSchema} || '.' || ${pipelineTable.sourceTable}`,
    })
    .from(pipelineTable)
    .innerJoin(pipeline, eq(pipeline.id, pipelineTable.pipelineId))
    .where(and(eq(pipeline.sourceId, sourceId), ne(pipeline.desiredState, 'deleted')))
    .orderBy(pipeline.name);
  const users = new Map<string, { id: string; name: string }[]>();
  for (const { table, ...user } of rows) {
    const those = users.get(table);
    if (those) those.push(user);
    else users.set(table, [user]);
  }
  return users;
}
