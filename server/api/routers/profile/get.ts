import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { getProfile, ProfileView } from '@/server/members/get-profile.ts';

export const get = procedure('profile:manage')
  .meta(
    rest({
      method: 'GET',
      path: '/profile',
      tag: 'Members',
      summary: 'Read your own profile',
      versioned: true,
    }),
  )
  .input(z.strictObject({}))
  .output(ProfileView)
  .query(({ ctx }) => getProfile(ctx.deps, ctx.actor));
