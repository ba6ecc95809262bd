import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { endOwnSession, endOwnSessionInput } from '@/server/auth/end-sessions.ts';

export const endSession = procedure('profile:manage')
  .meta(
    rest({
      method: 'DELETE',
      path: '/profile/sessions/{id}',
      tag: 'Members',
      summary: 'Sign out in one place',
    }),
  )
  .input(endOwnSessionInput)
  .output(z.void())
  .mutation(({ ctx, input }) => endOwnSession(ctx.deps, ctx.actor, input));
