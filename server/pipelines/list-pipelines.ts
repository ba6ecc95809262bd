import { and, eq, ne, sql } from 'drizzle-orm';
import * as z from 'zod';
import { NEEDS_LOOK } from '@/db/queries/figures.ts';
import { readPipelineStatus } from '@/db/queries/read-pipeline-status.ts';
import { pipeline } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { PIPELINE_STATES, STATES_BY_URGENCY } from '@/server/domain/pipeline-state.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { keyset } from '@/server/paging/keyset.ts';
import { matches } from '@/server/paging/matches.ts';
import { type Page, pageInput, searchInput } from '@/server/paging/page.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { pipelineSummary } from './pipeline-status.ts';
import type { PipelineSummary } from './pipeline-view.ts';

export const listPipelinesInput = z.strictObject({
  ...pageInput(['name', '-name', 'state', '-state', 'createdAt', '-createdAt', 'updatedAt', '-updatedAt', 'urgency']),
  search: searchInput,
  state: z.enum(PIPELINE_STATES).optional(),
  sourceId: resourceId.optional(),
  destinationId: resourceId.optional(),
  attention: z
    .boolean()
    .optional()
    .describe(
      'Only those that a person should look at: stopped by an error, a slot in danger, tables held back, or open dead letters; `false`: only the others',
    ),
});

/** A page of the pipelines with their figures. */
export async function listPipelines(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof listPipelinesInput> = {},
): Promise<Page<PipelineSummary>> {
  authorize(actor, 'pipeline:read');
  const page = parseInput(listPipelinesInput, input);
  const keys = keyset({
    sorts: {
      name: { by: sql`${pipeline.name}`, type: 'text' },
      state: { by: sql`${pipeline.state}`, type: 'text' },
      createdAt: { by: sql`${pipeline.createdAt}`, type: 'timestamptz' },
      updatedAt: { by: sql`${pipeline.updatedAt}`, type: 'timestamptz' },
      urgency: {
        by: sql`array_position(${`{${STATES_BY_URGENCY.join(',')}}`}::text[], ${pipeline.state}) || ' ' || ${pipeline.name}`,
        type: 'text',
      },
    },
    id: { by: sql`${pipeline.id}`, type: 'text' },
    page,
  });
  const found = and(
    ne(pipeline.desiredState, 'deleted'),
    matches(pipeline.name, page.search),
    page.state === undefined ? undefined : eq(pipeline.state, page.state),
    page.sourceId === undefined ? undefined : eq(pipeline.sourceId, page.sourceId),
    page.destinationId === undefined ? undefined : eq(pipeline.destinationId, page.destinationId),
    page.attention === undefined ? undefined : sql`${sql.raw(NEEDS_LOOK)} = ${page.attention}`,
  );
  const rows = await database.db
    .select({ id: pipeline.id, key: keys.key })
    .from(pipeline)
    .where(and(found, keys.where))
    .orderBy(keys.orderBy)
    .limit(keys.limit);
  const ids = keys.toPage(rows, ({ id }) => id, await database.db.$count(pipeline, found));
  // Figures are read for the rows of this page only. One that was deleted in between is left out.
  const figures = new Map((await readPipelineStatus(database.pool, ids.items)).map((row) => [row.id, row]));
  const items = ids.items.flatMap((id) => figures.get(id) ?? []).map(pipelineSummary);
  return { ...ids, items };
}
