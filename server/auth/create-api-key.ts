import type * as z from 'zod';
import { apiKey } from '@/db/schema/identity.ts';
import { audited } from '@/server/audit/audited.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { newId } from '@/server/platform/new-id.ts';
import { type Actor, authorize, isKey } from './actor.ts';
import { createApiKeyInput } from './api-key-input.ts';
import { mintToken, readToken } from './api-key-token.ts';
import type { ApiKeyView } from './api-key-view.ts';
import { readApiKey } from './get-api-key.ts';

/** Makes a key for its maker, with rights its maker has. The token is returned here and never again. */
export async function createApiKey(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof createApiKeyInput>,
): Promise<{ id: string; token: string; key: ApiKeyView }> {
  return audited(database, { actor, scope: 'api-key:manage', action: 'api-key.create' }, async (tx) => {
    // It could outlive its own revocation otherwise.
    if (isKey(actor)) throw new AppError('FORBIDDEN', 'an API key cannot make keys: sign in as a person');
    const { name, scopes, expiresAt = null, ownerId: given } = parseInput(createApiKeyInput, input);
    const ownerId = actor.memberId ?? given;
    if (ownerId === undefined) throw fieldError('INVALID_INPUT', 'ownerId', 'name the member the key belongs to');
    if (given !== undefined && given !== ownerId) {
      throw fieldError('INVALID_INPUT', 'ownerId', 'people make keys for themselves only');
    }
    if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) {
      throw fieldError('INVALID_INPUT', 'expiresAt', 'must lie in the future');
    }
    for (const scope of scopes) authorize(actor, scope);
    const id = newId('key');
    const token = mintToken(id);
    const read = readToken(token);
    if (!read) throw new AppError('INTERNAL', 'a minted key cannot be read');
    await tx.insert(apiKey).values({ id, name, ownerId, secretHash: read.secretHash, scopes, expiresAt });
    const key = await readApiKey(tx, id);
    return { result: { id, token, key }, subject: id, detail: { name, scopes, expiresAt } };
  });
}
