import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { endOtherSessions as endOthers } from '@/server/auth/end-sessions.ts';

export const endOtherSessions = procedure('profile:manage')
  .meta(
    rest({
      method: 'POST',
      path: '/profile/sessions/end-others',
      tag: 'Members',
      summary: 'Sign out everywhere else',
    }),
  )
  .input(z.strictObject({}))
  .output(z.object({ ended: z.number().int() }).meta({ id: 'EndedSessions' }))
  .mutation(({ ctx }) => endOthers(ctx.deps, ctx.actor));
