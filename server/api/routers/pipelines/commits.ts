import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { CommitPage } from '@/server/pipelines/history-view.ts';
import { listCommits, listCommitsInput } from '@/server/pipelines/list-commits.ts';

export const commits = procedure('pipeline:read')
  .meta(
    rest({
      method: 'GET',
      path: '/pipelines/{pipelineId}/commits',
      tag: 'Pipelines',
      summary: 'List the commits of a pipeline',
      description: 'One entry for each batch, with the lake tables and snapshots in it.',
    }),
  )
  .input(listCommitsInput)
  .output(CommitPage)
  .query(({ ctx, input }) => listCommits(ctx.deps, ctx.actor, input));
