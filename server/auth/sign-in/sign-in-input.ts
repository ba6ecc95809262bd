import * as z from 'zod';
import { DEFAULT_ROLES, ROLES } from '@/server/auth/scopes.ts';
import { versionInput } from '@/server/platform/resource-id.ts';
import { issuerInput } from './issuer-input.ts';

export const groupRole = z.strictObject({
  group: z.string().min(1).max(300).describe('Exactly as the identity provider tells it; an id is safer than a name'),
  role: z.enum(ROLES),
});

const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters');

export const defaultRole = z.enum(DEFAULT_ROLES).nullable();

const fields = z.strictObject({
  version: versionInput,
  enabled: z.boolean().default(true),
  name: line(60).describe('What the button says behind “Continue with”'),
  issuer: issuerInput,
  clientId: line(500),
  clientSecret: z.string().min(1).max(2_000).optional().describe('Left out, the stored one stays'),
  scopes: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'must be names separated by spaces')
    .max(500)
    .refine((text) => text.split(' ').includes('openid'), 'must name openid')
    .default('openid email profile'),
  groupsClaim: line(200).default('groups'),
  allowedDomains: z
    .array(
      z
        .string()
        .toLowerCase()
        .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be a domain like example.com'),
    )
    .max(100)
    .default([]),
  groupRoles: z.array(groupRole).max(500).default([]),
  defaultRole: defaultRole.default(null).describe('Of whom no group gives a role; null keeps them out'),
});

/** At a public issuer anybody has an account: whom a default lets in is said by the domain. */
export const writeSignInInput = fields.refine(
  (wanted) => wanted.defaultRole === null || wanted.allowedDomains.length > 0,
  {
    path: ['allowedDomains'],
    message: 'name the domains of your people first: with a default role everybody of the issuer comes in',
  },
);
