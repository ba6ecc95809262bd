import * as z from 'zod';
import { ROLES } from '@/server/auth/scopes.ts';

/** Lower case, so that one person has one address. */
export const emailInput = z.string().trim().toLowerCase().max(320).pipe(z.email('must be an e-mail address'));

export const personName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters');

export const newPassword = z.string().min(12, 'must have 12 characters at least').max(1_000);

export const inviteMemberInput = z.strictObject({
  email: emailInput,
  name: personName.optional(),
  role: z.enum(ROLES),
});

export const changePasswordInput = z.strictObject({ current: z.string().max(1_000), next: newPassword });
