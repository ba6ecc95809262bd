import { timingSafeEqual } from 'node:crypto';
import type { ControlDeps } from '@/server/control-deps.ts';
import type { Actor } from './actor.ts';
import { readToken } from './api-key-token.ts';
import { effectiveScopes, scopesOf } from './api-key-view.ts';
import { throttle } from './throttle.ts';

type Deps = Pick<ControlDeps, 'database'>;
type Shown = { readonly token: string; readonly address: string | null };

/**
 * Who a token speaks for: the key's rights that its owner still has. Null when it is wrong, revoked or over. Throws
 * RATE_LIMITED when too many wrong ones came from the same address; right ones go on to work there.
 */
export async function verifyApiKey({ database }: Deps, { token, address }: Shown): Promise<Actor | null> {
  const read = readToken(token);
  const actor = read && (await findKey({ database }, { ...read, address }));
  if (actor) return actor;
  await throttle(database.pool, { key: `key-from:${address ?? ''}`, attemptsMax: 50, windowS: 300 });
  return null;
}

type Found = {
  id: string;
  secret_hash: Buffer;
  scopes: unknown;
  role: string;
  owner_id: string;
  stale: boolean;
};

async function findKey(
  { database }: Deps,
  { keyId, secretHash, address }: { keyId: string; secretHash: Buffer; address: string | null },
): Promise<Actor | null> {
  const { rows } = await database.pool.query<Found>(
    /* sql */ `
    select api_key.id, api_key.secret_hash, api_key.scopes, member.role, member.id as owner_id,
           coalesce(api_key.last_used_at < now() - interval '1 minute', true) as stale
      from api_key join member on member.id = api_key.owner_id
     where api_key.id = $1 and api_key.revoked_at is null and not member.disabled
       and (api_key.expires_at is null or api_key.expires_at > now())`,
    [keyId],
  );
  const [row] = rows;
  if (!row || !timingSafeEqual(row.secret_hash, secretHash)) return null;
  if (row.stale) {
    await database.pool.query(
      /* sql */ `update api_key set last_used_at = now(), last_used_from = coalesce($2::inet, last_used_from) where id = $1`,
      [keyId, address],
    );
  }
  return {
    name: `key:${row.id}`,
    memberId: row.owner_id,
    scopes: new Set(effectiveScopes(scopesOf(row.scopes), row.role)),
    sessionId: null,
    address,
  };
}
