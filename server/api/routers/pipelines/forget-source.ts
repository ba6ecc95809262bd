import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { LeftOnSourceView } from '@/server/pipelines/deletion-view.ts';
import { forgetSourceInput, forgetSource as forgetSourceOf } from '@/server/pipelines/forget-source.ts';

export const forgetSource = procedure('pipeline:write')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{id}/forget-source',
      tag: 'Pipelines',
      summary: 'Delete a pipeline whose source is gone for good',
      description:
        'Like deleting it, or after that, but nobody waits for the source: it is asked once more, and what it does not let go of stays there. The answer says what that is, and how to remove it.',
    }),
  )
  .input(forgetSourceInput)
  .output(LeftOnSourceView)
  .mutation(({ ctx, input }) => forgetSourceOf(ctx.deps, ctx.actor, input));
