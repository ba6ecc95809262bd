import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { resyncTableInput } from '@/server/pipelines/resync-part-input.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { CarriedOut } from './outcomes.ts';

export const resync = procedure('pipeline:operate')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{pipelineId}/tables/{tableId}/resync',
      tag: 'Tables',
      connects: true,
      summary: 'Copy a table again, or a part of it',
      description:
        'Readers see its present content until the copy takes its place. With bounds of the first key column, or conditions, only that part of a live table is read again, exactly joined with the stream.',
    }),
  )
  .input(resyncTableInput)
  .output(CarriedOut)
  .mutation(({ ctx, input }) => resyncTable(ctx.deps, ctx.actor, input));
