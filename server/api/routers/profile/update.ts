import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { MemberView } from '@/server/members/member-view.ts';
import { updateProfile, updateProfileInput } from '@/server/members/update-profile.ts';

export const update = procedure('profile:manage')
  .meta(
    rest({
      method: 'PATCH',
      path: '/profile',
      tag: 'Members',
      summary: 'Change what you are called',
      versioned: true,
    }),
  )
  .input(updateProfileInput)
  .output(MemberView)
  .mutation(({ ctx, input }) => updateProfile(ctx.deps, ctx.actor, input));
