import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { deletePipeline } from '@/server/pipelines/delete-pipeline.ts';
import { versionedId } from '@/server/platform/resource-id.ts';

export const remove = procedure('pipeline:write')
  .meta(
    rest({
      method: 'DELETE',
      path: '/pipelines/{id}',
      tag: 'Pipelines',
      summary: 'Delete a pipeline',
      description:
        'Whatever state it is in: workers let go of it, then one drops its slot and publication; the lake tables stay.',
      versioned: true,
    }),
  )
  .input(versionedId)
  .output(z.void())
  .mutation(({ ctx, input }) => deletePipeline(ctx.deps, ctx.actor, input));
