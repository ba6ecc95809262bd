import * as z from 'zod';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import { fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { type AskDeps, askWorker } from '@/server/inquiries/ask-worker.ts';
import { lakeTableInput } from './lake-input.ts';
import { type LakeFilePage, ListedFiles } from './lake-view.ts';
import { keyOfCursor, listPage } from './list-page.ts';
import { requireDestination } from './owners.ts';

export const lakeFilesInput = z.strictObject({
  ...lakeTableInput.shape,
  snapshotId: z
    .string()
    .regex(/^\d{1,19}$/, 'must be the number of a snapshot')
    .optional()
    .describe('The current snapshot when left out; later pages stay with the snapshot of the first one'),
  cursor: z.string().max(4_000).optional(),
  limit: z.number().int().min(1).max(200).default(50),
});

/**
 * The files that a reader of one snapshot of the table opens, by path. Throws NOT_FOUND for a snapshot that has expired, or what
 * the table's catalog and storage throw.
 */
export async function lakeFiles(
  deps: AskDeps,
  actor: Actor,
  input: z.input<typeof lakeFilesInput>,
): Promise<LakeFilePage> {
  authorize(actor, 'catalog:read');
  const { destinationId, namespace, table, cursor, limit, ...wanted } = parseInput(lakeFilesInput, input);
  await requireDestination(deps, destinationId);
  const begun = cursor === undefined ? undefined : snapshotOfCursor(cursor);
  if (begun !== undefined && wanted.snapshotId !== undefined && begun !== wanted.snapshotId) {
    throw fieldError('INVALID_INPUT', 'cursor', `is of snapshot ${begun}; begin without a cursor`);
  }
  const question = { ask: 'files' as const, namespace, table, snapshotId: wanted.snapshotId ?? begun };
  const answer = await askWorker(deps, actor, { kind: 'lake', destinationId, question });
  const { snapshotId, files } = ListedFiles.parse(answer);
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  // A commit between two pages must not show files of two snapshots as those of one.
  const page = listPage(files, { cursor, limit, keyOf: ({ path }) => `${snapshotId} ${path}` });
  return { ...page, total: files.length, snapshotId };
}

function snapshotOfCursor(cursor: string): string {
  const [, snapshotId] = /^(\d{1,19}) /.exec(keyOfCursor(cursor)) ?? [];
  if (snapshotId === undefined) throw fieldError('INVALID_INPUT', 'cursor', 'is not one that this list gave out');
  return snapshotId;
}
