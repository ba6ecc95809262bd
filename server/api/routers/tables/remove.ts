import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { removeTable } from '@/server/pipelines/remove-table.ts';
import { removeTableInput } from '@/server/pipelines/table-verbs-input.ts';
import { RemovedTable } from './outcomes.ts';

export const remove = procedure('pipeline:write')
  .meta(
    rest({
      method: 'DELETE',
      path: '/pipelines/{pipelineId}/tables/{tableId}',
      tag: 'Tables',
      summary: 'Take a table out of a pipeline',
      description:
        'Its lake tables stay, unless they are to be dropped too. One that was not made for it stays in any case.',
      dryRun: true,
      versioned: true,
    }),
  )
  .input(removeTableInput)
  .output(RemovedTable)
  .mutation(({ ctx, input }) => removeTable(ctx.deps, ctx.actor, input));
