import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { inviteMember } from '@/server/members/invite-member.ts';
import { inviteMemberInput } from '@/server/members/member-input.ts';
import { InvitationView } from './invitation-view.ts';

export const invite = procedure('member:manage')
  .meta(
    rest({
      method: 'POST',
      path: '/members',
      tag: 'Members',
      summary: 'Invite a member',
      description: 'Nothing is mailed: hand the link over. It works once, within 72 hours, and is shown here only.',
      status: 201,
      location: '/members/{member.id}',
    }),
  )
  .input(inviteMemberInput)
  .output(InvitationView)
  .mutation(({ ctx, input }) => inviteMember(ctx.deps, ctx.actor, input));
