import * as z from 'zod';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { type AskDeps, askWorker } from '@/server/inquiries/ask-worker.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { type LakeNamespaces, LakeNamespacesView } from './lake-view.ts';
import { requireDestination } from './owners.ts';

export const lakeNamespacesInput = z.strictObject({ destinationId: resourceId });

/** A destination's namespaces, whoever made them. Throws what its catalog throws. */
export async function lakeNamespaces(
  deps: AskDeps,
  actor: Actor,
  input: z.input<typeof lakeNamespacesInput>,
): Promise<LakeNamespaces> {
  authorize(actor, 'catalog:read');
  const { destinationId } = parseInput(lakeNamespacesInput, input);
  await requireDestination(deps, destinationId);
  const answer = await askWorker(deps, actor, { kind: 'lake', destinationId, question: { ask: 'namespaces' } });
  return LakeNamespacesView.parse(answer);
}
