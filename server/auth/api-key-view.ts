import { sql } from 'drizzle-orm';
import * as z from 'zod';
import { apiKey, member } from '@/db/schema/identity.ts';
import { pageOf } from '@/server/paging/page.ts';
import { isRole, isScope, ROLE_SCOPES, SCOPES, type Scope } from './scopes.ts';

export const API_KEY_STATES = ['active', 'expired', 'revoked', 'owner-disabled'] as const;

/** An API key as every interface shows it. Its secret was shown once, when it was made. */
export const ApiKeyView = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string().describe('How its token begins'),
    scopes: z.array(z.enum(SCOPES)).describe('The rights it was given'),
    effectiveScopes: z.array(z.enum(SCOPES)).describe('Those of them that its owner still has'),
    owner: z.object({ id: z.string(), email: z.string(), name: z.string().nullable() }),
    state: z.enum(API_KEY_STATES),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable().describe('To the minute'),
    lastUsedFrom: z.string().nullable().describe('Network address'),
    version: z.string(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKeyView = z.output<typeof ApiKeyView>;

export const ApiKeyPage = pageOf(ApiKeyView).meta({ id: 'ApiKeyPage' });

/** Says in SQL what `state` shows. */
export const apiKeyState = sql<(typeof API_KEY_STATES)[number]>`case
  when ${apiKey.revokedAt} is not null then 'revoked'
  when ${apiKey.expiresAt} <= now() then 'expired'
  when ${member.disabled} then 'owner-disabled'
  else 'active' end`;

/** What a view is made of; select it from `apiKey` joined with its owner. */
export const apiKeyColumns = {
  id: apiKey.id,
  name: apiKey.name,
  scopes: apiKey.scopes,
  createdAt: apiKey.createdAt,
  expiresAt: apiKey.expiresAt,
  revokedAt: apiKey.revokedAt,
  lastUsedAt: apiKey.lastUsedAt,
  lastUsedFrom: sql<string | null>`host(${apiKey.lastUsedFrom})`,
  ownerId: member.id,
  ownerEmail: member.email,
  ownerName: member.name,
  ownerRole: member.role,
  version: apiKey.version,
  state: apiKeyState,
};

type Row = {
  id: string;
  name: string;
  scopes: unknown;
  createdAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
  lastUsedAt: string | null;
  lastUsedFrom: string | null;
  ownerId: string;
  ownerEmail: string;
  ownerName: string | null;
  ownerRole: string;
  version: bigint;
  state: ApiKeyView['state'];
};

const SHOWN_CHARS = 8;

export function apiKeyView(row: Row): ApiKeyView {
  const scopes = scopesOf(row.scopes);
  return {
    id: row.id,
    name: row.name,
    prefix: `phl_${row.id.replace(/^key_/, '').slice(0, SHOWN_CHARS)}`,
    scopes,
    effectiveScopes: row.state === 'active' ? effectiveScopes(scopes, row.ownerRole) : [],
    owner: { id: row.ownerId, email: row.ownerEmail, name: row.ownerName },
    state: row.state,
    createdAt: new Date(row.createdAt).toISOString(),
    expiresAt: isoOrNull(row.expiresAt),
    revokedAt: isoOrNull(row.revokedAt),
    lastUsedAt: isoOrNull(row.lastUsedAt),
    lastUsedFrom: row.lastUsedFrom,
    version: row.version.toString(),
  };
}

/** The rights of a key that its owner has in their present role. */
export const effectiveScopes = (scopes: readonly Scope[], role: string): Scope[] =>
  isRole(role) ? scopes.filter((scope) => ROLE_SCOPES[role].has(scope)) : [];

/** What is stored, less rights that this version does not know. */
export const scopesOf = (stored: unknown): Scope[] => (Array.isArray(stored) ? stored.filter(isScope) : []);

const isoOrNull = (text: string | null): string | null => (text === null ? null : new Date(text).toISOString());
