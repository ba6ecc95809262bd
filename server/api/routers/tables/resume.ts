import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { tableKey } from '@/server/pipelines/lock-table.ts';
import { resumeTable } from '@/server/pipelines/resume-table.ts';

export const resume = procedure('pipeline:operate')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{pipelineId}/tables/{tableId}/resume',
      tag: 'Tables',
      summary: 'Resume a table that is paused or needs attention',
    }),
  )
  .input(tableKey)
  .output(z.object({ state: z.string() }))
  .mutation(({ ctx, input }) => resumeTable(ctx.deps, ctx.actor, input));
