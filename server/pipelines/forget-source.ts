import * as z from 'zod';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { type LeftOnSource, leftOnSource } from '@/server/domain/left-on-source.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { lockPipeline } from './lock-pipeline.ts';
import { markDeleted, nameBefore } from './mark-deleted.ts';

export const forgetSourceInput = z.strictObject({ id: resourceId });

/**
 * Deletes a pipeline without waiting for its source, which is gone for good; one that is being deleted already, too. A worker
 * asks the source once more. Returns what is left there if it does exist, and how to remove it by hand.
 */
export async function forgetSource(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof forgetSourceInput>,
): Promise<LeftOnSource> {
  const change = { actor, scope: 'pipeline:write', action: 'pipeline.forget-source' } as const;
  return await audited(database, change, async (tx) => {
    const { id } = parseInput(forgetSourceInput, input);
    const found = await lockPipeline(tx, id, { orDeleted: true });
    await markDeleted(tx, found, { forgetsSource: true });
    const left = leftOnSource(id);
    return { result: left, subject: id, detail: { name: nameBefore(found), ...left } };
  });
}
