import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { addTables } from '@/server/pipelines/add-tables.ts';
import { addTablesInput } from '@/server/pipelines/table-verbs-input.ts';
import { AddedTables } from './outcomes.ts';

export const add = procedure('pipeline:write')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{pipelineId}/tables',
      tag: 'Tables',
      summary: 'Add tables to a pipeline',
      dryRun: true,
      description: 'At any time, also while it runs. The source is checked first; then they are copied.',
      status: 201,
      connects: true,
    }),
  )
  .input(addTablesInput)
  .output(AddedTables)
  .mutation(({ ctx, input }) => addTables(ctx.deps, ctx.actor, input));
