import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { resourceId } from '@/server/platform/resource-id.ts';

export const start = procedure('pipeline:operate')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{id}/start',
      tag: 'Pipelines',
      summary: 'Start a pipeline',
      description: 'The source is checked first; tables that are not in the lake yet are copied.',
      connects: true,
    }),
  )
  .input(z.strictObject({ id: resourceId }))
  .output(z.void())
  .mutation(({ ctx, input }) => startPipeline(ctx.deps, ctx.actor, input));
