import { timingSafeEqual } from 'node:crypto';
import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { apiKey, member } from '@/db/schema/identity.ts';
import { audited } from '@/server/audit/audited.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { newId } from '@/server/platform/new-id.ts';
import { resourceName } from '@/server/sources/source-input.ts';
import { type Actor, authorize } from './actor.ts';
import { mintToken, readToken } from './api-key-token.ts';
import { isRole, isScope, ROLE_SCOPES, SCOPES } from './scopes.ts';

type Deps = Pick<ControlDeps, 'database'>;

const createInput = z.strictObject({
  name: resourceName,
  scopes: z.array(z.enum(SCOPES)).min(1, 'choose at least one right'),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
  /** For the system on the host: whose key it is. People make keys for themselves. */
  ownerId: z.string().optional(),
});

/** Makes a key for its maker, with rights its maker has. The token is returned here and never again. */
export async function createApiKey(
  { database }: Deps,
  actor: Actor,
  input: z.input<typeof createInput>,
): Promise<{ id: string; token: string }> {
  return audited(database, { actor, scope: 'api-key:manage', action: 'api-key.create' }, async (tx) => {
    const { name, scopes, expiresAt = null, ownerId: given } = parseInput(createInput, input);
    const ownerId = actor.memberId ?? given;
    if (ownerId === undefined) throw new AppError('INVALID_INPUT', 'ownerId: name the member the key belongs to');
    for (const scope of scopes) authorize(actor, scope);
    const id = newId('key');
    const token = mintToken(id);
    const read = readToken(token);
    if (!read) throw new AppError('INTERNAL', 'a minted key cannot be read');
    await tx.insert(apiKey).values({ id, name, ownerId, secretHash: read.secretHash, scopes, expiresAt });
    return { result: { id, token }, subject: id, detail: { name, scopes, expiresAt } };
  });
}

/** Ends a key at once. Ending one that is over is fine. */
export async function revokeApiKey({ database }: Deps, actor: Actor, { id }: { id: string }): Promise<void> {
  await audited(database, { actor, scope: 'api-key:manage', action: 'api-key.revoke' }, async (tx) => {
    const [row] = await tx
      .update(apiKey)
      .set({ revokedAt: sql`coalesce(${apiKey.revokedAt}, now())` })
      .where(eq(apiKey.id, id))
      .returning({ id: apiKey.id });
    if (!row) throw new AppError('NOT_FOUND', `there is no API key ${id}`);
    return { result: undefined, subject: id };
  });
}

/** Keys that are not revoked, newest first; without anything secret. */
export async function listApiKeys({ database }: Deps, actor: Actor) {
  authorize(actor, 'api-key:manage');
  const { id, name, ownerId, scopes, createdAt, expiresAt } = apiKey;
  return database.db
    .select({ id, name, ownerId, scopes, createdAt, expiresAt })
    .from(apiKey)
    .where(isNull(apiKey.revokedAt))
    .orderBy(desc(createdAt));
}

/** Who a token speaks for: the key's rights that its owner still has. Null when it is wrong, revoked or over. */
export async function verifyApiKey(
  { database }: Deps,
  { token, address }: { token: string; address: string | null },
): Promise<Actor | null> {
  const read = readToken(token);
  if (!read) return null;
  const [row] = await database.db
    .select({
      id: apiKey.id,
      secretHash: apiKey.secretHash,
      scopes: apiKey.scopes,
      role: member.role,
      ownerId: member.id,
    })
    .from(apiKey)
    .innerJoin(member, eq(member.id, apiKey.ownerId))
    .where(
      and(
        eq(apiKey.id, read.keyId),
        isNull(apiKey.revokedAt),
        eq(member.disabled, false),
        sql`(${apiKey.expiresAt} is null or ${apiKey.expiresAt} > now())`,
      ),
    );
  if (!row || !isRole(row.role) || !timingSafeEqual(row.secretHash, read.secretHash)) return null;
  const allowed = ROLE_SCOPES[row.role];
  const scopes = Array.isArray(row.scopes) ? row.scopes.filter(isScope).filter((scope) => allowed.has(scope)) : [];
  return { name: `key:${row.id}`, memberId: row.ownerId, scopes: new Set(scopes), address };
}
