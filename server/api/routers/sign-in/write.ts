import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { writeSignInInput } from '@/server/auth/sign-in/sign-in-input.ts';
import { SignInSettings } from '@/server/auth/sign-in/sign-in-view.ts';
import { writeSignIn } from '@/server/auth/sign-in/write-sign-in.ts';

export const write = procedure('settings:manage')
  .meta(
    rest({
      method: 'PUT',
      path: '/settings/sign-in',
      tag: 'Sign-in',
      summary: 'Let people sign in at an OpenID Connect issuer',
      description: 'The client secret stays when it is left out, unless the issuer changes.',
      versioned: 'oidc.version',
    }),
  )
  .input(writeSignInInput)
  .output(SignInSettings)
  .mutation(({ ctx, input }) => writeSignIn(ctx.deps, ctx.actor, input));
