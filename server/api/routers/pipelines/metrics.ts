import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { PipelineMetricsView } from '@/server/metrics-history/metrics-view.ts';
import { pipelineMetrics, pipelineMetricsInput } from '@/server/metrics-history/pipeline-metrics.ts';

export const metrics = procedure('pipeline:read')
  .meta(
    rest({
      method: 'GET',
      path: '/pipelines/{id}/metrics',
      tag: 'Pipelines',
      summary: 'Read the figures of a pipeline over time',
    }),
  )
  .input(pipelineMetricsInput)
  .output(PipelineMetricsView)
  .query(({ ctx, input }) => pipelineMetrics(ctx.deps, ctx.actor, input));
