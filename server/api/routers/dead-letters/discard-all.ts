import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import {
  ClosedDeadLettersView,
  discardDeadLetters,
  discardDeadLettersInput,
} from '@/server/dead-letters/close-dead-letters.ts';

export const discardAll = procedure('dead-letter:write')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{pipelineId}/dead-letters/discard',
      tag: 'Dead letters',
      summary: 'Close many dead letters without carrying their rows',
      description: 'All that are open and fit the fields that are given. The note is kept in the audit log.',
    }),
  )
  .input(discardDeadLettersInput)
  .output(ClosedDeadLettersView)
  .mutation(({ ctx, input }) => discardDeadLetters(ctx.deps, ctx.actor, input));
