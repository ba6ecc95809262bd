import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { setTable } from '@/server/pipelines/set-table.ts';
import { setTableInput } from '@/server/pipelines/table-verbs-input.ts';
import { ChangedTable } from './outcomes.ts';

export const update = procedure('pipeline:write')
  .meta(
    rest({
      method: 'PATCH',
      path: '/pipelines/{pipelineId}/tables/{tableId}',
      tag: 'Tables',
      summary: 'Change the modes or policies of a table',
      dryRun: true,
      description:
        'Fields that are left out stay as they are. A mode that is added needs a copy. Rules for columns are checked with the source.',
      versioned: true,
      connects: true,
    }),
  )
  .input(setTableInput)
  .output(ChangedTable)
  .mutation(({ ctx, input }) => setTable(ctx.deps, ctx.actor, input));
