import type * as z from 'zod';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { lakeTableInput } from './lake-input.ts';
import type { ReaderSnippets } from './lake-view.ts';
import { requireDestination } from './owners.ts';
import { snippetsOf } from './snippets.ts';

/** How query engines read a table, with the real addresses; the key is the reader's own and never printed. */
export async function readerSnippets(
  { database, config }: Pick<ControlDeps, 'database' | 'config'>,
  actor: Actor,
  input: z.input<typeof lakeTableInput>,
): Promise<ReaderSnippets> {
  authorize(actor, 'catalog:read');
  const { destinationId, namespace, table } = parseInput(lakeTableInput, input);
  const { catalogKind, catalogUri, warehouse, storageKind } = await requireDestination({ database }, destinationId);
  const uri = catalogKind === 'embedded' ? config.catalogUrl : (catalogUri ?? '');
  return { items: snippetsOf({ uri, warehouse, namespace, table, isS3: storageKind === 's3' }) };
}
