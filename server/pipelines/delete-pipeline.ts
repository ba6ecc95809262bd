import { eq, sql } from 'drizzle-orm';
import { pipeline } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { isAtRest } from '@/server/domain/pipeline-state.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { requireVersion } from '@/server/platform/require-version.ts';
import { lockPipeline } from './lock-pipeline.ts';

/**
 * Deletes a pipeline that is at rest. A draft goes at once. One that has run is marked: a worker drops its slot,
 * publication and segment tables, then its row; its name is free from now on. Lake tables stay.
 */
export async function deletePipeline(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  { id, version }: { id: string; version?: string | undefined },
): Promise<void> {
  const change = { actor, scope: 'pipeline:write', action: 'pipeline.delete' } as const;
  await audited(database, change, async (tx) => {
    const { state, name, desiredState, version: present } = await lockPipeline(tx, id);
    requireVersion('pipeline', present, version);
    if (!isAtRest(state))
      throw new AppError('CONFLICT', `a pipeline that is ${state} cannot be deleted; stop it first`);
    if (state === 'draft' && desiredState === 'stopped') {
      await tx.delete(pipeline).where(eq(pipeline.id, id));
    } else {
      await tx
        .update(pipeline)
        .set({ desiredState: 'deleted', name: `${name} (deleted ${id})`, updatedAt: sql`now()` })
        .where(eq(pipeline.id, id));
    }
    return { result: undefined, subject: id, detail: { name } };
  });
}
