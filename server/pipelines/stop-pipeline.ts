import { eq, sql } from 'drizzle-orm';
import { pipeline } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { nextPipelineState } from '@/server/domain/pipeline-state.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { lockPipeline } from './lock-pipeline.ts';

/** Asks for a pipeline to stop. Its slot stays and keeps WAL on the source, so that it can go on where it was. */
export async function stopPipeline(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  { id }: { id: string },
): Promise<void> {
  const change = { actor, scope: 'pipeline:operate', action: 'pipeline.stop' } as const;
  await audited(database, change, async (tx) => {
    const { state } = await lockPipeline(tx, id);
    const next = nextPipelineState(state, 'stop');
    if (next === null) throw new AppError('CONFLICT', `a pipeline that is ${state} cannot be stopped`);
    await tx
      .update(pipeline)
      .set({ desiredState: 'stopped', state: next, version: sql`${pipeline.version} + 1`, updatedAt: sql`now()` })
      .where(eq(pipeline.id, id));
    return { result: undefined, subject: id, detail: { from: state } };
  });
}
