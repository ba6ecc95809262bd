import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { resyncPipeline, resyncPipelineInput } from '@/server/pipelines/resync-pipeline.ts';
import { ResyncedPipeline } from './outcomes.ts';

export const resync = procedure('pipeline:operate')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{id}/resync',
      tag: 'Pipelines',
      summary: 'Begin a pipeline anew on a new slot',
      description:
        'What is captured already is committed first; then every table is copied again. Readers see the present content until each copy takes its place.',
    }),
  )
  .input(resyncPipelineInput)
  .output(ResyncedPipeline)
  .mutation(({ ctx, input }) => resyncPipeline(ctx.deps, ctx.actor, input));
