import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import {
  DeadLetterGroupsView,
  groupDeadLetters,
  groupDeadLettersInput,
} from '@/server/dead-letters/group-dead-letters.ts';

export const groups = procedure('dead-letter:read')
  .meta(
    rest({
      method: 'GET',
      path: '/dead-letters/groups',
      tag: 'Dead letters',
      summary: 'Count parked rows by table, column and reason',
    }),
  )
  .input(groupDeadLettersInput)
  .output(DeadLetterGroupsView)
  .query(({ ctx, input }) => groupDeadLetters(ctx.deps, ctx.actor, input));
