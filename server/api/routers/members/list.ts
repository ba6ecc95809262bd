import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { listMembers, listMembersInput } from '@/server/members/list-members.ts';
import { MemberPage } from '@/server/members/member-view.ts';

export const list = procedure('member:read')
  .meta(
    rest({
      method: 'GET',
      path: '/members',
      tag: 'Members',
      summary: 'List members',
    }),
  )
  .input(listMembersInput)
  .output(MemberPage)
  .query(({ ctx, input }) => listMembers(ctx.deps, ctx.actor, input));
