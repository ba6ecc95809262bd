import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { DeadLetterPage } from '@/server/dead-letters/dead-letter-view.ts';
import { listDeadLetters, listDeadLettersInput } from '@/server/dead-letters/list-dead-letters.ts';

export const list = procedure('dead-letter:read')
  .meta(
    rest({
      method: 'GET',
      path: '/pipelines/{pipelineId}/dead-letters',
      tag: 'Dead letters',
      summary: 'List rows that could not be carried',
      description: 'Where each came from and why it was parked, not what it holds.',
    }),
  )
  .input(listDeadLettersInput)
  .output(DeadLetterPage)
  .query(({ ctx, input }) => listDeadLetters(ctx.deps, ctx.actor, input));
