import * as z from 'zod';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { type AskDeps, askWorker } from '@/server/inquiries/ask-worker.ts';
import { lakeTableInput } from './lake-input.ts';
import { type LakeFilePage, LakeFileView } from './lake-view.ts';
import { listPage } from './list-page.ts';
import { requireDestination } from './owners.ts';

export const lakeFilesInput = z.strictObject({
  ...lakeTableInput.shape,
  cursor: z.string().max(4_000).optional(),
  limit: z.number().int().min(1).max(200).default(50),
});

/** The files that a reader of the table opens, by path. Throws what its catalog and storage throw. */
export async function lakeFiles(
  deps: AskDeps,
  actor: Actor,
  input: z.input<typeof lakeFilesInput>,
): Promise<LakeFilePage> {
  authorize(actor, 'catalog:read');
  const { destinationId, namespace, table, cursor, limit } = parseInput(lakeFilesInput, input);
  await requireDestination(deps, destinationId);
  const question = { ask: 'files' as const, namespace, table };
  const files = z.array(LakeFileView).parse(await askWorker(deps, actor, { kind: 'lake', destinationId, question }));
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { ...listPage(files, { cursor, limit, keyOf: ({ path }) => path }), total: files.length };
}
