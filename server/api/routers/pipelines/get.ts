import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { getPipeline } from '@/server/pipelines/get-pipeline.ts';
import { PipelineView } from '@/server/pipelines/pipeline-view.ts';
import { resourceId } from '@/server/platform/resource-id.ts';

export const get = procedure('pipeline:read')
  .meta(
    rest({
      method: 'GET',
      path: '/pipelines/{id}',
      tag: 'Pipelines',
      summary: 'Read the definition of a pipeline',
      versioned: true,
    }),
  )
  .input(z.strictObject({ id: resourceId }))
  .output(PipelineView)
  .query(({ ctx, input }) => getPipeline(ctx.deps, ctx.actor, input));
