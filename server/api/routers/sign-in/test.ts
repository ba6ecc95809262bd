import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { SignInTest, testSignIn, testSignInInput } from '@/server/auth/sign-in/test-sign-in.ts';

export const test = procedure('settings:manage')
  .meta(
    rest({
      method: 'POST',
      path: '/settings/sign-in/test',
      tag: 'Sign-in',
      summary: 'See whether an issuer could be used',
      connects: true,
    }),
  )
  .input(testSignInInput)
  .output(SignInTest)
  .mutation(({ ctx, input }) => testSignIn(ctx.deps, ctx.actor, input));
