import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { OverviewMetricsView } from '@/server/metrics-history/metrics-view.ts';
import { overviewMetrics, overviewMetricsInput } from '@/server/metrics-history/overview-metrics.ts';

export const metrics = procedure('pipeline:read')
  .meta(
    rest({
      method: 'GET',
      path: '/metrics-history',
      tag: 'Pipelines',
      summary: 'Read the figures of all pipelines over time',
    }),
  )
  .input(overviewMetricsInput)
  .output(OverviewMetricsView)
  .query(({ ctx, input }) => overviewMetrics(ctx.deps, ctx.actor, input));
