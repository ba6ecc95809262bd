import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { requireVersion } from '@/server/platform/require-version.ts';
import { lockPipeline } from './lock-pipeline.ts';
import { markDeleted } from './mark-deleted.ts';

/**
 * Deletes a pipeline in whatever state it is. A draft goes at once. One that was started is marked: its workers let go of it
 * within seconds, then one of them drops its slot, publication and segment tables, and last its row; its name is free from
 * now on. Lake tables stay. Doing it again while that goes on changes nothing.
 */
export async function deletePipeline(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  { id, version }: { id: string; version?: string | undefined },
): Promise<void> {
  const change = { actor, scope: 'pipeline:write', action: 'pipeline.delete' } as const;
  await audited(database, change, async (tx) => {
    const found = await lockPipeline(tx, id, { orDeleted: true });
    if (found.desiredState === 'deleted') return { result: undefined, subject: id, detail: { again: true } };
    requireVersion('pipeline', found.version, version);
    await markDeleted(tx, found, { forgetsSource: false });
    return { result: undefined, subject: id, detail: { name: found.name } };
  });
}
