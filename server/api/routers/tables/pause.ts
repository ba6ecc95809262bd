import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { tableKey } from '@/server/pipelines/lock-table.ts';
import { pauseTable } from '@/server/pipelines/pause-table.ts';

export const pause = procedure('pipeline:operate')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{pipelineId}/tables/{tableId}/pause',
      tag: 'Tables',
      summary: 'Pause a table',
      description: 'Its changes wait in its spill; the other tables go on.',
    }),
  )
  .input(tableKey)
  .output(z.object({ state: z.string() }))
  .mutation(({ ctx, input }) => pauseTable(ctx.deps, ctx.actor, input));
