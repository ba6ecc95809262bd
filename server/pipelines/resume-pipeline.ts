import { eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { pipeline } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { captureToken } from './capture-token.ts';
import { lockPipeline } from './lock-pipeline.ts';

export const resumePipelineInput = z.strictObject({ id: resourceId });
const RUNS: ReadonlySet<string> = new Set(['starting', 'copying', 'running']);

/**
 * Lets a paused pipeline go on exactly where it was. Resuming one that runs changes nothing. Throws CONFLICT for one that
 * was stopped or needs attention: that is startPipeline's.
 */
export async function resumePipeline(
  { database, nudge }: Pick<ControlDeps, 'database' | 'nudge'>,
  actor: Actor,
  input: z.input<typeof resumePipelineInput>,
): Promise<{ state: string }> {
  const change = { actor, scope: 'pipeline:operate', action: 'pipeline.resume' } as const;
  const { id, state, token } = await audited(database, change, async (tx) => {
    const { id } = parseInput(resumePipelineInput, input);
    const { state } = await lockPipeline(tx, id);
    const token = await captureToken(tx, id);
    if (RUNS.has(state)) return { result: { id, state, token }, subject: id, detail: { from: state } };
    if (state !== 'paused') {
      throw new AppError('CONFLICT', `a pipeline that is ${state} cannot be resumed; start it instead`);
    }
    await tx
      .update(pipeline)
      .set({
        desiredState: 'running',
        state: 'starting',
        errorCode: null,
        errorMessage: null,
        errorAt: null,
        version: sql`${pipeline.version} + 1`,
        updatedAt: sql`now()`,
      })
      .where(eq(pipeline.id, id));
    return { result: { id, state: 'starting', token }, subject: id, detail: { from: state } };
  });
  // The id the reconciler would use, so that both together add one job.
  nudge('capture', { jobId: `capture-${id}-${token}`, payload: { pipelineId: id } });
  return { state };
}
