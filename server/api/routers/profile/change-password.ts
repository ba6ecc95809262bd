import { z } from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { changePassword as change, changePasswordInput } from '@/server/members/change-password.ts';

export const changePassword = procedure('profile:manage')
  .meta(
    rest({
      method: 'POST',
      path: '/profile/password',
      tag: 'Members',
      summary: 'Change your password',
      description: 'Signs you out everywhere else.',
    }),
  )
  .input(changePasswordInput)
  .output(z.void())
  .mutation(({ ctx, input }) => change(ctx.deps, ctx.actor, input));
