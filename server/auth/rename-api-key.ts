import { eq } from 'drizzle-orm';
import * as z from 'zod';
import { apiKey } from '@/db/schema/identity.ts';
import { audited } from '@/server/audit/audited.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { resourceName } from '@/server/sources/source-input.ts';
import type { Actor } from './actor.ts';
import type { ApiKeyView } from './api-key-view.ts';
import { readApiKey } from './get-api-key.ts';

export const renameApiKeyInput = z.strictObject({ id: resourceId, name: resourceName });

/** Gives a key another name. Its rights never change: a new key is made instead. Throws NOT_FOUND. */
export async function renameApiKey(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof renameApiKeyInput>,
): Promise<ApiKeyView> {
  return audited(database, { actor, scope: 'api-key:manage', action: 'api-key.rename' }, async (tx) => {
    const { id, name } = parseInput(renameApiKeyInput, input);
    const before = await readApiKey(tx, id);
    await tx.update(apiKey).set({ name }).where(eq(apiKey.id, id));
    const after = { ...before, name };
    return { result: after, subject: id, before, after };
  });
}
