import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { deadLetterKey } from '@/server/dead-letters/dead-letter-view.ts';
import { discardDeadLetter } from '@/server/dead-letters/dead-letters.ts';

export const discard = procedure('dead-letter:write')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{pipelineId}/dead-letters/{id}/discard',
      tag: 'Dead letters',
      summary: 'Close a dead letter without carrying its row',
    }),
  )
  .input(deadLetterKey)
  .output(z.void())
  .mutation(({ ctx, input }) => discardDeadLetter(ctx.deps, ctx.actor, input));
