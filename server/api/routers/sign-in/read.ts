import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { readSignIn } from '@/server/auth/sign-in/read-sign-in.ts';
import { SignInSettings } from '@/server/auth/sign-in/sign-in-view.ts';

export const read = procedure('settings:read')
  .meta(
    rest({
      method: 'GET',
      path: '/settings/sign-in',
      tag: 'Sign-in',
      summary: 'Read how people sign in',
      versioned: 'oidc.version',
    }),
  )
  .input(z.strictObject({}))
  .output(SignInSettings)
  .query(({ ctx }) => readSignIn(ctx.deps, ctx.actor));
