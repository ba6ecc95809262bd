import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { acceptTable } from '@/server/pipelines/accept-table.ts';
import { tableKey } from '@/server/pipelines/lock-table.ts';

export const accept = procedure('pipeline:operate')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{pipelineId}/tables/{tableId}/accept',
      tag: 'Tables',
      summary: 'Accept a mirror that may differ from its source as it is',
      description: 'Clears its doubts; nothing in the lake changes.',
    }),
  )
  .input(tableKey)
  .output(z.object({ accepted: z.number().int().describe('Doubts that were cleared') }))
  .mutation(({ ctx, input }) => acceptTable(ctx.deps, ctx.actor, input));
