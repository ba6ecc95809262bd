import { eq, sql } from 'drizzle-orm';
import type * as z from 'zod';
import { apiKey } from '@/db/schema/identity.ts';
import { audited } from '@/server/audit/audited.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { requireVersion } from '@/server/platform/require-version.ts';
import { versionedId } from '@/server/platform/resource-id.ts';
import type { Actor } from './actor.ts';

/** Ends a key at once. Ending one that is over is fine. Throws NOT_FOUND. */
export async function revokeApiKey(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof versionedId>,
): Promise<void> {
  await audited(database, { actor, scope: 'api-key:manage', action: 'api-key.revoke' }, async (tx) => {
    const { id, version } = parseInput(versionedId, input);
    const [row] = await tx
      .update(apiKey)
      .set({ revokedAt: sql`coalesce(${apiKey.revokedAt}, now())`, version: sql`${apiKey.version} + 1` })
      .where(eq(apiKey.id, id))
      .returning({ name: apiKey.name, version: apiKey.version });
    if (!row) throw new AppError('NOT_FOUND', `there is no API key ${id}`);
    requireVersion('API key', row.version - 1n, version);
    return { result: undefined, subject: id, detail: { name: row.name } };
  });
}
