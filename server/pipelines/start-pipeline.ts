import { and, eq, sql } from 'drizzle-orm';
import { lease } from '@/db/schema/buffer.ts';
import { pipeline } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { nextPipelineState } from '@/server/domain/pipeline-state.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { lockPipeline } from './lock-pipeline.ts';

type Deps = Pick<ControlDeps, 'database' | 'sealer' | 'nudge'>;

/** Asks for a pipeline to run, and clears what it stopped for. Starting one that runs changes nothing. */
export async function startPipeline(deps: Deps, actor: Actor, { id }: { id: string }): Promise<void> {
  const change = { actor, scope: 'pipeline:operate', action: 'pipeline.start' } as const;
  const token = await audited(deps.database, change, async (tx) => {
    const { state } = await lockPipeline(tx, id);
    const next = nextPipelineState(state, 'start');
    if (next === null) throw new AppError('CONFLICT', `a pipeline that is ${state} cannot be started`);
    await tx
      .update(pipeline)
      .set({
        desiredState: 'running',
        state: next,
        ...(next === state ? {} : { errorCode: null, errorMessage: null, errorAt: null }),
        version: sql`${pipeline.version} + 1`,
        updatedAt: sql`now()`,
      })
      .where(eq(pipeline.id, id));
    const [held] = await tx
      .select({ token: lease.token })
      .from(lease)
      .where(and(eq(lease.pipelineId, id), eq(lease.role, 'capture')));
    return { result: held?.token ?? 0n, subject: id, detail: { from: state } };
  });
  // The id the reconciler would use, so that both together add one job.
  deps.nudge('capture', { jobId: `capture-${id}-${token}`, payload: { pipelineId: id } });
}
