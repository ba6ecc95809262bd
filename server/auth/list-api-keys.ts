import { and, eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { apiKey, member } from '@/db/schema/identity.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { keyset } from '@/server/paging/keyset.ts';
import { matches } from '@/server/paging/matches.ts';
import { type Page, pageInput, searchInput } from '@/server/paging/page.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { type Actor, authorize } from './actor.ts';
import { API_KEY_STATES, type ApiKeyView, apiKeyColumns, apiKeyState, apiKeyView } from './api-key-view.ts';

export const listApiKeysInput = z.strictObject({
  ...pageInput(['-createdAt', 'createdAt', 'name', '-name', 'lastUsedAt', '-lastUsedAt']),
  search: searchInput,
  ownerId: resourceId.optional(),
  state: z.enum(API_KEY_STATES).optional(),
});

/** A page of everybody's keys, also those that are over; without anything secret. */
export async function listApiKeys(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof listApiKeysInput> = {},
): Promise<Page<ApiKeyView>> {
  authorize(actor, 'api-key:manage');
  const page = parseInput(listApiKeysInput, input);
  const keys = keyset({
    sorts: {
      createdAt: { by: sql`${apiKey.createdAt}`, type: 'timestamptz' },
      name: { by: sql`${apiKey.name}`, type: 'text' },
      lastUsedAt: { by: sql`coalesce(${apiKey.lastUsedAt}, to_timestamp(0))`, type: 'timestamptz' },
    },
    id: { by: sql`${apiKey.id}`, type: 'text' },
    page,
  });
  const found = and(
    matches(apiKey.name, page.search),
    page.ownerId === undefined ? undefined : eq(apiKey.ownerId, page.ownerId),
    page.state === undefined ? undefined : sql`${apiKeyState} = ${page.state}`,
  );
  const rows = await database.db
    .select({ ...apiKeyColumns, key: keys.key })
    .from(apiKey)
    .innerJoin(member, eq(member.id, apiKey.ownerId))
    .where(and(found, keys.where))
    .orderBy(keys.orderBy)
    .limit(keys.limit);
  return keys.toPage(rows, apiKeyView);
}
