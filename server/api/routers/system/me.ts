import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { Me, whoAmI } from '@/server/auth/who-am-i.ts';

export const me = procedure('signed-in')
  .meta(rest({ method: 'GET', path: '/me', tag: 'System', summary: 'Read who you are and what you may do' }))
  .input(z.strictObject({}))
  .output(Me)
  .query(({ ctx }) => whoAmI(ctx.deps, ctx.actor));
