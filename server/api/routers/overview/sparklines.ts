import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { PipelineSparklinesView } from '@/server/metrics-history/metrics-view.ts';
import { pipelineSparklines, pipelineSparklinesInput } from '@/server/metrics-history/pipeline-sparklines.ts';

export const sparklines = procedure('pipeline:read')
  .meta(
    rest({
      method: 'GET',
      path: '/metrics-history/pipelines',
      tag: 'Pipelines',
      summary: 'Read the throughput of each pipeline over the last half hour',
    }),
  )
  .input(pipelineSparklinesInput)
  .output(PipelineSparklinesView)
  .query(({ ctx, input }) => pipelineSparklines(ctx.deps, ctx.actor, input));
