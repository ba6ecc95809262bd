import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { listPipelines, listPipelinesInput } from '@/server/pipelines/list-pipelines.ts';
import { PipelinePage } from '@/server/pipelines/pipeline-view.ts';

export const list = procedure('pipeline:read')
  .meta(rest({ method: 'GET', path: '/pipelines', tag: 'Pipelines', summary: 'List pipelines with their figures' }))
  .input(listPipelinesInput)
  .output(PipelinePage)
  .query(({ ctx, input }) => listPipelines(ctx.deps, ctx.actor, input));
