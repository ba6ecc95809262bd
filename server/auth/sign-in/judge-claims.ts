import * as z from 'zod';
import { ROLES, type Role } from '@/server/auth/scopes.ts';

/** What an issuer says of somebody: its signed token, and what its userinfo endpoint adds. */
export type Claims = {
  readonly idToken: Readonly<Record<string, unknown>>;
  readonly userinfo: Readonly<Record<string, unknown>> | null;
};

export type Rules = {
  readonly groupsClaim: string;
  /** Lower case; empty for all. */
  readonly allowedDomains: readonly string[];
  readonly groupRoles: readonly { readonly group: string; readonly role: Role }[];
  /** Of whom no group gives a role; null keeps them out. */
  readonly defaultRole: Role | null;
};

/** Why somebody whom the issuer knows may not come in. */
export type Refusal = 'email' | 'email-not-verified' | 'domain' | 'groups-overage' | 'no-role';

export type Verdict =
  | { readonly email: string; readonly name: string | null; readonly role: Role }
  | { readonly refused: Refusal };

const address = z
  .string()
  .max(320)
  // Letters of other alphabets may become ASCII ones in lower case, and look like them anyway.
  .regex(/^[\x21-\x7e]+$/)
  .toLowerCase()
  .pipe(z.email());
const groupList = z.array(z.string());
const personName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]*$/u)
  .nullable()
  .catch(null);

/**
 * Decides who somebody is to us. The address needs `email_verified` to be true itself; its domain is compared as a whole; the
 * role is the highest that a group gives, by exact names, or else the default. Whatever is missing or has another form gives
 * nothing.
 */
export function judgeClaims({ idToken, userinfo }: Claims, rules: Rules): Verdict {
  // An address and the word that it was verified come from one document.
  const told = emailClaims({ idToken, userinfo });
  const email = address.safeParse(told.email);
  if (!email.success) return { refused: 'email' };
  if (told.email_verified !== true) return { refused: 'email-not-verified' };
  const domain = email.data.slice(email.data.lastIndexOf('@') + 1);
  if (rules.allowedDomains.length > 0 && !rules.allowedDomains.includes(domain)) return { refused: 'domain' };
  const { groupsClaim, groupRoles, defaultRole } = rules;
  const source = groupsClaim in idToken ? idToken : (userinfo ?? {});
  const isUntold = isOverage(idToken, groupsClaim) || isOverage(userinfo ?? {}, groupsClaim);
  // Groups that were left out might have given another role than the default; without mappings none could.
  if (isUntold && (groupRoles.length > 0 || defaultRole === null)) return { refused: 'groups-overage' };
  const groups = groupList.safeParse(source[groupsClaim]);
  const role = (groups.success ? highestRole(groups.data, groupRoles) : null) ?? defaultRole;
  if (role === null) return { refused: 'no-role' };
  return { email: email.data, name: personName.parse(idToken.name ?? userinfo?.name ?? null), role };
}

/** Microsoft Entra leaves out the groups of people who have very many, and says so in one of these ways. */
function isOverage(claims: Readonly<Record<string, unknown>>, groupsClaim: string): boolean {
  const { hasgroups, _claim_names: elsewhere } = claims;
  const isElsewhere = typeof elsewhere === 'object' && elsewhere !== null && groupsClaim in elsewhere;
  return isElsewhere || hasgroups === true || hasgroups === 'true';
}

function highestRole(groups: readonly string[], groupRoles: Rules['groupRoles']): Role | null {
  const held = new Set(groups);
  const roles = groupRoles.filter(({ group }) => held.has(group)).map(({ role }) => role);
  return ROLES.findLast((role) => roles.includes(role)) ?? null;
}

/** The address that an issuer gives somebody, verified or not; undefined without a usable one. */
export const emailOf = (claims: Claims): string | undefined => address.safeParse(emailClaims(claims).email).data;

const emailClaims = ({ idToken, userinfo }: Claims): Readonly<Record<string, unknown>> =>
  'email' in idToken ? idToken : (userinfo ?? {});
