import { and, getTableColumns, sql } from 'drizzle-orm';
import * as z from 'zod';
import { destination } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { keyset } from '@/server/paging/keyset.ts';
import { matches } from '@/server/paging/matches.ts';
import { type Page, pageInput, searchInput } from '@/server/paging/page.ts';
import { usedBy } from '@/server/pipelines/used-by.ts';
import { destinationView, type ListedDestination } from './destination-view.ts';

export const listDestinationsInput = z.strictObject({
  ...pageInput(['name', '-name', 'createdAt', '-createdAt', 'updatedAt', '-updatedAt']),
  search: searchInput,
});

/** A page of the destinations. */
export async function listDestinations(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof listDestinationsInput> = {},
): Promise<Page<ListedDestination>> {
  authorize(actor, 'destination:read');
  const page = parseInput(listDestinationsInput, input);
  const keys = keyset({
    sorts: {
      name: { by: sql`${destination.name}`, type: 'text' },
      createdAt: { by: sql`${destination.createdAt}`, type: 'timestamptz' },
      updatedAt: { by: sql`${destination.updatedAt}`, type: 'timestamptz' },
    },
    id: { by: sql`${destination.id}`, type: 'text' },
    page,
  });
  const found = matches(destination.name, page.search);
  const rows = await database.db
    .select({ ...getTableColumns(destination), key: keys.key })
    .from(destination)
    .where(and(found, keys.where))
    .orderBy(keys.orderBy)
    .limit(keys.limit);
  const used = await usedBy({ database }, actor, { side: 'destination', ids: rows.map(({ id }) => id) });
  const view = (row: (typeof rows)[number]) => ({ ...destinationView(row), pipelines: used(row.id) });
  return keys.toPage(rows, view, await database.db.$count(destination, found));
}
