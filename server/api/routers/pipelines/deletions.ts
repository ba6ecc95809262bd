import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { PipelineDeletionPage } from '@/server/pipelines/deletion-view.ts';
import { listDeletions, listDeletionsInput } from '@/server/pipelines/list-deletions.ts';

export const deletions = procedure('pipeline:read')
  .meta(
    rest({
      method: 'GET',
      path: '/pipeline-deletions',
      tag: 'Pipelines',
      summary: 'List deleted pipelines that are not gone yet',
      description: 'With what keeps each, and with what it has on its source until it is gone.',
    }),
  )
  .input(listDeletionsInput)
  .output(PipelineDeletionPage)
  .query(({ ctx, input }) => listDeletions(ctx.deps, ctx.actor, input));
