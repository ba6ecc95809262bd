import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { createPipelineInput } from '@/server/pipelines/pipeline-input.ts';
import { CreatedPipeline } from '@/server/pipelines/pipeline-view.ts';

export const create = procedure('pipeline:write')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines',
      tag: 'Pipelines',
      summary: 'Define a pipeline',
      dryRun: true,
      description: 'It is a draft until it is started.',
      status: 201,
      location: '/pipelines/{id}',
      versioned: true,
    }),
  )
  .input(createPipelineInput)
  .output(CreatedPipeline)
  .mutation(({ ctx, input }) => createPipeline(ctx.deps, ctx.actor, input));
