import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { MemberView } from '@/server/members/member-view.ts';
import { updateMember, updateMemberInput } from '@/server/members/update-member.ts';

export const update = procedure('member:manage')
  .meta(
    rest({
      method: 'PATCH',
      path: '/members/{id}',
      tag: 'Members',
      summary: 'Change the role or the name of a member, or disable them',
      description: 'Fields that are left out stay as they are. Sessions end at once when rights are lost.',
      versioned: true,
    }),
  )
  .input(updateMemberInput)
  .output(MemberView)
  .mutation(({ ctx, input }) => updateMember(ctx.deps, ctx.actor, input));
