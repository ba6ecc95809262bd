import { and, eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { pipeline, source } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { leftOnSource } from '@/server/domain/left-on-source.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { keyset } from '@/server/paging/keyset.ts';
import { type Page, pageInput } from '@/server/paging/page.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import type { PipelineDeletion } from './deletion-view.ts';
import { nameBefore } from './mark-deleted.ts';
import { shownError } from './shown-error.ts';

export const listDeletionsInput = z.strictObject({
  ...pageInput(['deletedAt', '-deletedAt']),
  sourceId: resourceId.optional(),
});

/** A page of the pipelines that are deleted and not gone yet, with what keeps them. */
export async function listDeletions(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof listDeletionsInput> = {},
): Promise<Page<PipelineDeletion>> {
  authorize(actor, 'pipeline:read');
  const page = parseInput(listDeletionsInput, input);
  const keys = keyset({
    sorts: { deletedAt: { by: sql`${pipeline.updatedAt}`, type: 'timestamptz' } },
    id: { by: sql`${pipeline.id}`, type: 'text' },
    page,
  });
  const found = and(
    eq(pipeline.desiredState, 'deleted'),
    page.sourceId === undefined ? undefined : eq(pipeline.sourceId, page.sourceId),
  );
  const rows = await database.db
    .select({
      id: pipeline.id,
      name: pipeline.name,
      source: { id: source.id, name: source.name },
      deletedAt: pipeline.updatedAt,
      forgetsSource: pipeline.forgetsSource,
      error_code: pipeline.errorCode,
      error_message: pipeline.errorMessage,
      error_at: pipeline.errorAt,
      key: keys.key,
    })
    .from(pipeline)
    .innerJoin(source, eq(source.id, pipeline.sourceId))
    .where(and(found, keys.where))
    .orderBy(keys.orderBy)
    .limit(keys.limit);
  return keys.toPage(
    rows,
    ({ id, name, source, deletedAt, forgetsSource, ...row }) => ({
      id,
      name: nameBefore({ id, name }),
      source,
      deletedAt: new Date(deletedAt).toISOString(),
      forgetsSource,
      error: shownError(row),
      leftOnSource: leftOnSource(id),
    }),
    await database.db.$count(pipeline, found),
  );
}
