import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { deadLetterKey } from '@/server/dead-letters/dead-letter-view.ts';
import { requestReplay } from '@/server/dead-letters/dead-letters.ts';

export const replay = procedure('dead-letter:write')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{pipelineId}/dead-letters/{id}/replay',
      tag: 'Dead letters',
      summary: 'Carry a parked row after all',
      description: 'Into a mirror, the key’s present row is fetched from the source.',
    }),
  )
  .input(deadLetterKey)
  .output(z.void())
  .mutation(({ ctx, input }) => requestReplay(ctx.deps, ctx.actor, input));
