import * as z from 'zod';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { type AskDeps, askWorker } from '@/server/inquiries/ask-worker.ts';
import { lakeTableInput } from './lake-input.ts';
import { type LakePreview, LakePreviewView } from './lake-view.ts';
import { requireDestination } from './owners.ts';

export const lakePreviewInput = z.strictObject({
  ...lakeTableInput.shape,
  limit: z.number().int().min(1).max(100).default(20),
});

/**
 * Some rows of a table as a reader sees them now, which is on record. Throws LAKE_TABLE_UNSUPPORTED where the deletes of
 * another writer cannot be applied.
 */
export async function lakePreview(
  deps: AskDeps,
  actor: Actor,
  input: z.input<typeof lakePreviewInput>,
): Promise<LakePreview> {
  const change = { actor, scope: 'catalog:read', action: 'lake.preview' } as const;
  const asked = await audited(deps.database, change, async () => {
    const result = parseInput(lakePreviewInput, input);
    await requireDestination(deps, result.destinationId);
    const { destinationId, namespace, table } = result;
    return { result, subject: destinationId, detail: { namespace, table } };
  });
  const { destinationId, namespace, table, limit } = asked;
  const question = { ask: 'preview' as const, namespace, table, limit };
  return LakePreviewView.parse(await askWorker(deps, actor, { kind: 'lake', destinationId, question }));
}
