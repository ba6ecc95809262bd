import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import {
  ClosedDeadLettersView,
  replayDeadLetters,
  replayDeadLettersInput,
} from '@/server/dead-letters/close-dead-letters.ts';

export const replayAll = procedure('dead-letter:write')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{pipelineId}/dead-letters/replay',
      tag: 'Dead letters',
      summary: 'Carry many parked rows after all',
      description: 'All that are open and fit the fields that are given.',
    }),
  )
  .input(replayDeadLettersInput)
  .output(ClosedDeadLettersView)
  .mutation(({ ctx, input }) => replayDeadLetters(ctx.deps, ctx.actor, input));
