import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Actor } from '@/server/auth/actor.ts';
import { type SignedIn, verifySession } from '@/server/auth/sessions.ts';
import { verifyApiKey } from '@/server/auth/verify-api-key.ts';
import type { CatalogScope } from '@/server/catalog/catalog-deps.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { addressOf } from './client-address.ts';
import { readSessionCookie } from './session-cookie.ts';

type Deps = Pick<ControlDeps, 'database' | 'config'>;

/** The token of an `Authorization: Bearer` header. */
export const bearerOf = (header: string | null | undefined): string | null =>
  /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header ?? '')?.[1] ?? null;

/** Whom a browser's session cookie belongs to. */
export async function signedInOf({ database, config }: Deps, request: IncomingMessage): Promise<SignedIn | null> {
  const token = readSessionCookie(request.headers.cookie, config);
  return token === null ? null : verifySession(database.pool, { token, address: addressOf(config, request) });
}

/** Who calls the API: an API key, or else a browser session. */
export async function actorOf(deps: Deps, request: IncomingMessage): Promise<Actor | null> {
  const token = bearerOf(request.headers.authorization);
  if (token !== null) return verifyApiKey(deps, { token, address: addressOf(deps.config, request) });
  return (await signedInOf(deps, request))?.actor ?? null;
}

/** Who calls the embedded catalog: a worker with the internal key, or an API key. Cookies do not count. */
export async function catalogCallerOf(
  deps: Pick<ControlDeps, 'database'> & { readonly secrets: { readonly internalKey: string } },
  request: Request,
): Promise<{ scopes: readonly CatalogScope[] } | null> {
  const token = bearerOf(request.headers.get('authorization'));
  if (token === null) return null;
  if (isSame(token, deps.secrets.internalKey)) return { scopes: ['catalog:read', 'catalog:write'] };
  const actor = await verifyApiKey(deps, { token, address: null });
  if (!actor) return null;
  return { scopes: (['catalog:read', 'catalog:write'] as const).filter((scope) => actor.scopes.has(scope)) };
}

/** Takes as long for a wrong secret as for one that is nearly right. */
export const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
