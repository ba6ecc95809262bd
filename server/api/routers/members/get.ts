import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { getMember, getMemberInput } from '@/server/members/get-member.ts';
import { MemberView } from '@/server/members/member-view.ts';

export const get = procedure('member:read')
  .meta(
    rest({
      method: 'GET',
      path: '/members/{id}',
      tag: 'Members',
      summary: 'Read a member',
      versioned: true,
    }),
  )
  .input(getMemberInput)
  .output(MemberView)
  .query(({ ctx, input }) => getMember(ctx.deps, ctx.actor, input));
