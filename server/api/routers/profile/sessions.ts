import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { listSessions } from '@/server/auth/list-sessions.ts';
import { SessionList } from '@/server/auth/session-view.ts';

export const sessions = procedure('profile:manage')
  .meta(
    rest({
      method: 'GET',
      path: '/profile/sessions',
      tag: 'Members',
      summary: 'List where you are signed in',
    }),
  )
  .input(z.strictObject({}))
  .output(SessionList)
  .query(({ ctx }) => listSessions(ctx.deps, ctx.actor));
