import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { removeMember, removeMemberInput } from '@/server/members/remove-member.ts';

export const remove = procedure('member:manage')
  .meta(
    rest({
      method: 'DELETE',
      path: '/members/{id}',
      tag: 'Members',
      summary: 'Remove a member',
      description: 'Their sessions and API keys end with them.',
    }),
  )
  .input(removeMemberInput)
  .output(z.void())
  .mutation(({ ctx, input }) => removeMember(ctx.deps, ctx.actor, input));
