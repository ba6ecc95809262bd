import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { pipelineStatus } from '@/server/pipelines/pipeline-status.ts';
import { PipelineStatus } from '@/server/pipelines/pipeline-view.ts';
import { resourceId } from '@/server/platform/resource-id.ts';

export const status = procedure('pipeline:read')
  .meta(
    rest({
      method: 'GET',
      path: '/pipelines/{id}/status',
      tag: 'Pipelines',
      summary: 'Read how a pipeline is doing',
      description: 'Its figures of this moment, its tables and its latest commits.',
    }),
  )
  .input(z.strictObject({ id: resourceId }))
  .output(PipelineStatus)
  .query(({ ctx, input }) => pipelineStatus(ctx.deps, ctx.actor, input));
