import { eq, sql } from 'drizzle-orm';
import { pipeline } from '@/db/schema/definitions.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import type { LockedPipeline } from './lock-pipeline.ts';

/**
 * Deletes a locked pipeline: a draft at once, any other by a mark that workers follow. Its name is free from now on. When it
 * is deleted already, it can still be told to forget its source, and is tried again at once.
 */
export async function markDeleted(
  tx: Transaction,
  { id, name, state, desiredState }: LockedPipeline,
  { forgetsSource }: { forgetsSource: boolean },
): Promise<void> {
  if (state === 'draft' && desiredState === 'stopped') {
    await tx.delete(pipeline).where(eq(pipeline.id, id));
    return;
  }
  const deleted = { desiredState: 'deleted', name: `${name}${deletedSuffix(id)}`, updatedAt: sql`now()` };
  await tx
    .update(pipeline)
    .set({
      ...(desiredState === 'deleted' ? {} : deleted),
      ...(forgetsSource ? { forgetsSource, errorCode: null, errorMessage: null, errorAt: null } : {}),
    })
    .where(eq(pipeline.id, id));
}

/** Stands behind the name of a pipeline that is being deleted. */
const deletedSuffix = (id: string): string => ` (deleted ${id})`;

/** What a pipeline was called before it was deleted. */
export const nameBefore = ({ id, name }: { id: string; name: string }): string =>
  name.endsWith(deletedSuffix(id)) ? name.slice(0, -deletedSuffix(id).length) : name;
