import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { changePassword as change } from '@/server/members/change-password.ts';
import { changePasswordInput } from '@/server/members/member-input.ts';

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
