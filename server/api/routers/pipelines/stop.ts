import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { stopPipeline } from '@/server/pipelines/stop-pipeline.ts';
import { resourceId } from '@/server/platform/resource-id.ts';

export const stop = procedure('pipeline:operate')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{id}/stop',
      tag: 'Pipelines',
      summary: 'Stop a pipeline',
      description: 'The slot stays and keeps WAL on the source, so that the pipeline can go on where it was.',
    }),
  )
  .input(z.strictObject({ id: resourceId }))
  .output(z.void())
  .mutation(({ ctx, input }) => stopPipeline(ctx.deps, ctx.actor, input));
