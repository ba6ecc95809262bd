import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { removeSignIn, removeSignInInput } from '@/server/auth/sign-in/remove-sign-in.ts';

export const remove = procedure('settings:manage')
  .meta(
    rest({
      method: 'DELETE',
      path: '/settings/sign-in',
      tag: 'Sign-in',
      summary: 'Forget the issuer',
      description: 'People who sign in there cannot any more; members with a password can.',
    }),
  )
  .input(removeSignInInput)
  .output(z.void())
  .mutation(({ ctx, input }) => removeSignIn(ctx.deps, ctx.actor, input));
