import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { renewMemberLink, renewMemberLinkInput } from '@/server/members/renew-link.ts';
import { InvitationView } from './invitation-view.ts';

export const renewLink = procedure('member:manage')
  .meta(
    rest({
      method: 'POST',
      path: '/members/{id}/link',
      tag: 'Members',
      summary: 'Make another one-time link for a member',
      description: 'A new invitation, or a way to set a new password. It replaces the link before.',
      status: 201,
    }),
  )
  .input(renewMemberLinkInput)
  .output(InvitationView)
  .mutation(({ ctx, input }) => renewMemberLink(ctx.deps, ctx.actor, input));
