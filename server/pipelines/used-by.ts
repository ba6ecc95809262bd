import { and, count, inArray, ne } from 'drizzle-orm';
import * as z from 'zod';
import { pipeline } from '@/db/schema/definitions.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { STATES_BY_URGENCY } from '@/server/domain/pipeline-state.ts';

/** The pipelines of a source or a destination, in short. */
export const UsedBy = z
  .object({
    count: z.number().int(),
    state: z.string().nullable().describe('Of the pipeline that matters most; null when there is none'),
  })
  .meta({ id: 'UsedBy' });
export type UsedBy = z.output<typeof UsedBy>;

const COLUMN = { source: pipeline.sourceId, destination: pipeline.destinationId } as const;

/** What uses each of some sources or destinations; null for everything to those who may not see pipelines. */
export async function usedBy(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  { side, ids }: { side: keyof typeof COLUMN; ids: readonly string[] },
): Promise<(id: string) => UsedBy | null> {
  if (!actor.scopes.has('pipeline:read')) return () => null;
  const column = COLUMN[side];
  const rows = await database.db
    .select({ id: column, state: pipeline.state, count: count() })
    .from(pipeline)
    .where(and(inArray(column, [...ids]), ne(pipeline.desiredState, 'deleted')))
    .groupBy(column, pipeline.state);
  return (id) => {
    const own = rows.filter((row) => row.id === id);
    return {
      count: own.reduce((sum, row) => sum + row.count, 0),
      state: STATES_BY_URGENCY.find((state) => own.some((row) => row.state === state)) ?? null,
    };
  };
}
