import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { tableKey } from '@/server/pipelines/lock-table.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { CarriedOut } from './outcomes.ts';

export const resync = procedure('pipeline:operate')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{pipelineId}/tables/{tableId}/resync',
      tag: 'Tables',
      summary: 'Copy a table again',
      description: 'Readers see its present content until the copy takes its place.',
    }),
  )
  .input(tableKey)
  .output(CarriedOut)
  .mutation(({ ctx, input }) => resyncTable(ctx.deps, ctx.actor, input));
