import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { pausePipeline, pausePipelineInput } from '@/server/pipelines/pause-pipeline.ts';
import { PausedPipeline } from './outcomes.ts';

export const pause = procedure('pipeline:operate')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{id}/pause',
      tag: 'Pipelines',
      summary: 'Pause a pipeline',
      description: 'The slot stays and keeps WAL on the source; the answer says how much still fits.',
    }),
  )
  .input(pausePipelineInput)
  .output(PausedPipeline)
  .mutation(({ ctx, input }) => pausePipeline(ctx.deps, ctx.actor, input));
