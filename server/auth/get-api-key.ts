import { eq } from 'drizzle-orm';
import * as z from 'zod';
import type { Database } from '@/db/client.ts';
import { apiKey, member } from '@/db/schema/identity.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { type Actor, authorize } from './actor.ts';
import { type ApiKeyView, apiKeyColumns, apiKeyView } from './api-key-view.ts';

export const getApiKeyInput = z.strictObject({ id: resourceId });

/** One key. Throws NOT_FOUND. */
export async function getApiKey(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof getApiKeyInput>,
): Promise<ApiKeyView> {
  authorize(actor, 'api-key:manage');
  return readApiKey(database.db, parseInput(getApiKeyInput, input).id);
}

/** A key by its id, inside of a transaction or not. Throws NOT_FOUND. */
export async function readApiKey(db: Database['db'] | Transaction, id: string): Promise<ApiKeyView> {
  const [row] = await db
    .select(apiKeyColumns)
    .from(apiKey)
    .innerJoin(member, eq(member.id, apiKey.ownerId))
    .where(eq(apiKey.id, id));
  if (!row) throw new AppError('NOT_FOUND', `there is no API key ${id}`);
  return apiKeyView(row);
}
