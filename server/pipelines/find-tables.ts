import { and, eq, ne, or, sql } from 'drizzle-orm';
import * as z from 'zod';
import { pipeline, pipelineTable } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { changelogName } from '@/server/domain/names.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { matches } from '@/server/paging/matches.ts';

export const findTablesInput = z.strictObject({
  search: z.string().min(1).max(200).describe('Part of the name at the source or in the lake, any case'),
  limit: z.number().int().min(1).max(50).default(10),
});

/** A table of any pipeline, with where it is in the lake. */
const FoundTable = z
  .object({
    id: z.number().int(),
    source: z.string().describe('schema.table'),
    pipelineId: z.string(),
    pipelineName: z.string(),
    destinationId: z.string(),
    namespace: z.string(),
    lakeNames: z.array(z.string()).describe('Its mirror, its changelog, or both'),
  })
  .meta({ id: 'FoundTable' });
type FoundTable = z.output<typeof FoundTable>;
export const FoundTables = z.object({ items: z.array(FoundTable) }).meta({ id: 'FoundTables' });

/**
 * The tables of all pipelines whose name has the text in it: names that begin with it come first, then short ones. Only the first
 * few, for somebody who types and looks.
 */
export async function findTables(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof findTablesInput>,
): Promise<{ items: FoundTable[] }> {
  authorize(actor, 'pipeline:read');
  const { search, limit } = parseInput(findTablesInput, input);
  const { sourceSchema, sourceTable, lakeName } = pipelineTable;
  const source = sql<string>`${sourceSchema} || '.' || ${sourceTable}`;
  const lake = sql`${pipeline.namespace} || '.' || ${lakeName}`;
  const changelog = sql`${lake} || '_changelog'`;
  const begins = (name: object) => sql`starts_with(lower(${name}), lower(${search}))`;
  const rows = await database.db
    .select({
      id: pipelineTable.id,
      source,
      pipelineId: pipeline.id,
      pipelineName: pipeline.name,
      destinationId: pipeline.destinationId,
      namespace: pipeline.namespace,
      lakeName,
      mirror: pipelineTable.mirror,
      changelog: pipelineTable.changelog,
    })
    .from(pipelineTable)
    .innerJoin(pipeline, eq(pipeline.id, pipelineTable.pipelineId))
    .where(
      and(
        ne(pipeline.desiredState, 'deleted'),
        or(
          matches(source, search),
          matches(lake, search),
          and(eq(pipelineTable.changelog, true), matches(changelog, search)),
        ),
      ),
    )
    .orderBy(
      sql`(${begins(sourceTable)} or ${begins(source)} or ${begins(lakeName)}) desc`,
      sql`length(${sourceTable})`,
      source,
      pipeline.name,
      pipelineTable.id,
    )
    .limit(limit);
  return {
    items: rows.map(({ lakeName: name, mirror, changelog: isLogged, ...row }) => ({
      ...row,
      lakeNames: [...(mirror ? [name] : []), ...(isLogged ? [changelogName(name)] : [])],
    })),
  };
}
