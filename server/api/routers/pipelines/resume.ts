import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { resumePipeline, resumePipelineInput } from '@/server/pipelines/resume-pipeline.ts';

export const resume = procedure('pipeline:operate')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{id}/resume',
      tag: 'Pipelines',
      summary: 'Resume a paused pipeline',
    }),
  )
  .input(resumePipelineInput)
  .output(z.object({ state: z.string() }))
  .mutation(({ ctx, input }) => resumePipeline(ctx.deps, ctx.actor, input));
