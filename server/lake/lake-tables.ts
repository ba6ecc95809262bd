import * as z from 'zod';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { type AskDeps, askWorker } from '@/server/inquiries/ask-worker.ts';
import { searchInput } from '@/server/paging/page.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { namespaceInput } from './lake-input.ts';
import type { LakeTablePage } from './lake-view.ts';
import { listPage } from './list-page.ts';
import { lakeOwners, requireDestination } from './owners.ts';

export const lakeTablesInput = z.strictObject({
  destinationId: resourceId,
  namespace: namespaceInput.optional(),
  search: searchInput,
  cursor: z.string().max(2_000).optional(),
  limit: z.number().int().min(1).max(200).default(50),
});

const listed = z.array(z.object({ namespace: z.string(), names: z.array(z.string()) }));

/** Tables of a destination by name, whoever writes them. Throws what its catalog throws. */
export async function lakeTables(
  deps: AskDeps,
  actor: Actor,
  input: z.input<typeof lakeTablesInput>,
): Promise<LakeTablePage> {
  authorize(actor, 'catalog:read');
  const { destinationId, namespace, search = '', cursor, limit } = parseInput(lakeTablesInput, input);
  await requireDestination(deps, destinationId);
  const question = { ask: 'tables' as const, ...(namespace === undefined ? {} : { namespace }) };
  const found = listed.parse(await askWorker(deps, actor, { kind: 'lake', destinationId, question }));
  const owners = await lakeOwners(deps, { destinationId, namespace });
  const sought = search.toLowerCase();
  const entries = found
    .flatMap((each) => each.names.map((name) => ({ namespace: each.namespace, name })))
    .map((entry) => ({ ...entry, key: `${entry.namespace}.${entry.name}` }))
    .filter(({ key }) => key.toLowerCase().includes(sought))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const { items, nextCursor } = listPage(entries, { cursor, limit, keyOf: ({ key }) => key });
  return {
    items: items.map(({ key, ...entry }) => ({ ...entry, owner: owners.get(key) ?? null })),
    nextCursor,
    total: entries.length,
  };
}
