import * as z from 'zod';
import { MemberView } from '@/server/members/member-view.ts';

/** A member with the one-time link that lets them set a password. */
export const InvitationView = z
  .object({
    member: MemberView,
    link: z.string().describe('Works once, and is never shown again'),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Invitation' });
