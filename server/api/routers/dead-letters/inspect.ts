import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { DeadLetterContent, deadLetterKey } from '@/server/dead-letters/dead-letter-view.ts';
import { inspectDeadLetter } from '@/server/dead-letters/dead-letters.ts';

export const inspect = procedure('dead-letter:read')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{pipelineId}/dead-letters/{id}/inspect',
      tag: 'Dead letters',
      summary: 'Look into a dead letter',
      description: 'Shows the row’s values. Looking at source data is on record.',
    }),
  )
  .input(deadLetterKey)
  .output(DeadLetterContent)
  .mutation(({ ctx, input }) => inspectDeadLetter(ctx.deps, ctx.actor, input));
