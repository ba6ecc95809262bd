import { and, getTableColumns, sql } from 'drizzle-orm';
import * as z from 'zod';
import { source } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { keyset } from '@/server/paging/keyset.ts';
import { matches } from '@/server/paging/matches.ts';
import { type Page, pageInput, searchInput } from '@/server/paging/page.ts';
import { usedBy } from '@/server/pipelines/used-by.ts';
import { type ListedSource, sourceView } from './source-view.ts';

export const listSourcesInput = z.strictObject({
  ...pageInput(['name', '-name', 'createdAt', '-createdAt', 'updatedAt', '-updatedAt']),
  search: searchInput,
});

/** A page of the sources. */
export async function listSources(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof listSourcesInput> = {},
): Promise<Page<ListedSource>> {
  authorize(actor, 'source:read');
  const page = parseInput(listSourcesInput, input);
  const keys = keyset({
    sorts: {
      name: { by: sql`${source.name}`, type: 'text' },
      createdAt: { by: sql`${source.createdAt}`, type: 'timestamptz' },
      updatedAt: { by: sql`${source.updatedAt}`, type: 'timestamptz' },
    },
    id: { by: sql`${source.id}`, type: 'text' },
    page,
  });
  const found = matches(source.name, page.search);
  const rows = await database.db
    .select({ ...getTableColumns(source), key: keys.key })
    .from(source)
    .where(and(found, keys.where))
    .orderBy(keys.orderBy)
    .limit(keys.limit);
  const used = await usedBy({ database }, actor, { side: 'source', ids: rows.map(({ id }) => id) });
  const view = (row: (typeof rows)[number]) => ({ ...sourceView(row), pipelines: used(row.id) });
  return keys.toPage(rows, view, await database.db.$count(source, found));
}
