import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { SchemaChangePage } from '@/server/pipelines/history-view.ts';
import { listSchemaChanges, listSchemaChangesInput } from '@/server/pipelines/list-schema-changes.ts';

export const schemaChanges = procedure('pipeline:read')
  .meta(
    rest({
      method: 'GET',
      path: '/pipelines/{pipelineId}/schema-changes',
      tag: 'Pipelines',
      summary: 'List how the columns of the tables changed',
    }),
  )
  .input(listSchemaChangesInput)
  .output(SchemaChangePage)
  .query(({ ctx, input }) => listSchemaChanges(ctx.deps, ctx.actor, input));
