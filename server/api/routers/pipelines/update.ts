import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { updatePipelineInput } from '@/server/pipelines/pipeline-input.ts';
import { UpdatedPipeline } from '@/server/pipelines/pipeline-view.ts';
import { updatePipeline } from '@/server/pipelines/update-pipeline.ts';

export const update = procedure('pipeline:write')
  .meta(
    rest({
      method: 'PATCH',
      path: '/pipelines/{id}',
      tag: 'Pipelines',
      summary: 'Change a pipeline',
      dryRun: true,
      description:
        'Name and settings change at any time, the list of tables while the pipeline is at rest. Fields that are left out stay as they are.',
      versioned: true,
    }),
  )
  .input(updatePipelineInput)
  .output(UpdatedPipeline)
  .mutation(({ ctx, input }) => updatePipeline(ctx.deps, ctx.actor, input));
