import { eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { apiKey } from '@/db/schema/identity.ts';
import { audited } from '@/server/audit/audited.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { requireVersion } from '@/server/platform/require-version.ts';
import { resourceId, versionInput } from '@/server/platform/resource-id.ts';
import { resourceName } from '@/server/sources/source-input.ts';
import type { Actor } from './actor.ts';
import type { ApiKeyView } from './api-key-view.ts';
import { readApiKey } from './get-api-key.ts';

export const renameApiKeyInput = z.strictObject({ id: resourceId, name: resourceName, version: versionInput });

/** Gives a key another name. Its rights never change: a new key is made instead. Throws NOT_FOUND. */
export async function renameApiKey(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof renameApiKeyInput>,
): Promise<ApiKeyView> {
  return audited(database, { actor, scope: 'api-key:manage', action: 'api-key.rename' }, async (tx) => {
    const { id, name, version } = parseInput(renameApiKeyInput, input);
    const before = await readApiKey(tx, id);
    const changed = { name, version: sql`${apiKey.version} + 1` };
    const [row] = await tx.update(apiKey).set(changed).where(eq(apiKey.id, id)).returning({ version: apiKey.version });
    // Judged by the row that is locked now, not by what was read before.
    if (row) requireVersion('API key', row.version - 1n, version);
    const after = { ...before, name };
    return { result: await readApiKey(tx, id), subject: id, before, after };
  });
}
