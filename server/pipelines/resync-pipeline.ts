import { count, eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { pipeline, pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { captureToken } from './capture-token.ts';
import { lockPipeline } from './lock-pipeline.ts';
import type { CarriedOut } from './lock-table.ts';

export const resyncPipelineInput = z.strictObject({ id: resourceId });

/**
 * Begins a pipeline anew on a new slot: the way on after the source's slot was lost, or the source itself changed. What is
 * captured already is committed first; then every table is copied again under a new epoch, and readers see the present
 * content of the lake until each copy takes its place. Clears what the pipeline stopped for. Throws CONFLICT for a draft.
 */
export async function resyncPipeline(
  { database, nudge }: Pick<ControlDeps, 'database' | 'nudge'>,
  actor: Actor,
  input: z.input<typeof resyncPipelineInput>,
): Promise<{ tables: number; carriedOut: CarriedOut }> {
  const change = { actor, scope: 'pipeline:operate', action: 'pipeline.resync' } as const;
  const { id, token, tables, isWanted } = await audited(database, change, async (tx) => {
    const { id } = parseInput(resyncPipelineInput, input);
    const { state, desiredState } = await lockPipeline(tx, id);
    if (state === 'draft') throw new AppError('CONFLICT', 'a draft has nothing to resync; start it');
    const isWanted = desiredState === 'running';
    await tx
      .update(pipeline)
      .set({
        resyncRequestedAt: sql`now()`,
        ...(isWanted ? { state: 'starting', errorCode: null, errorMessage: null, errorAt: null } : {}),
        version: sql`${pipeline.version} + 1`,
        updatedAt: sql`now()`,
      })
      .where(eq(pipeline.id, id));
    const [counted] = await tx.select({ tables: count() }).from(pipelineTable).where(eq(pipelineTable.pipelineId, id));
    const tables = counted?.tables ?? 0;
    const token = await captureToken(tx, id);
    return { result: { id, token, tables, isWanted }, subject: id, detail: { from: state, tables } };
  });
  // The id the reconciler would use, so that both together add one job.
  if (isWanted) nudge('capture', { jobId: `capture-${id}-${token}`, payload: { pipelineId: id } });
  return { tables, carriedOut: isWanted ? 'soon' : 'when it runs' };
}
