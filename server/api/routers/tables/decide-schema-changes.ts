import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { decideSchemaChanges as decide, decideSchemaChangesInput } from '@/server/pipelines/decide-schema-changes.ts';
import { DecidedSchemaChanges } from './outcomes.ts';

export const decideSchemaChanges = procedure('pipeline:operate')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{pipelineId}/tables/{tableId}/schema-changes',
      tag: 'Tables',
      summary: 'Approve or refuse changes of the columns of a table',
      description:
        'Approved, the lake follows. Refused, its columns stay as they are: an added column is not carried, a renamed one keeps its name and a retyped one its type, a dropped one is null from then on. No change of a row is lost either way. Approving one that was ignored, or that the column of the lake cannot follow, copies the table again.',
    }),
  )
  .input(decideSchemaChangesInput)
  .output(DecidedSchemaChanges)
  .mutation(({ ctx, input }) => decide(ctx.deps, ctx.actor, input));
