import { and, eq, ne } from 'drizzle-orm';
import { pipeline } from '@/db/schema/definitions.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import { isPipelineState, type PipelineState } from '@/server/domain/pipeline-state.ts';
import { AppError } from '@/server/errors/app-error.ts';

export type LockedPipeline = Omit<typeof pipeline.$inferSelect, 'state'> & { readonly state: PipelineState };

/** Locks a pipeline's row for a change. One that is being deleted no longer exists for people. Throws NOT_FOUND. */
export async function lockPipeline(
  tx: Transaction,
  id: string,
  { orDeleted = false }: { orDeleted?: boolean } = {},
): Promise<LockedPipeline> {
  const [row] = await tx
    .select()
    .from(pipeline)
    .where(and(eq(pipeline.id, id), orDeleted ? undefined : ne(pipeline.desiredState, 'deleted')))
    .for('update');
  if (!row) throw new AppError('NOT_FOUND', `there is no pipeline ${id}`);
  if (!isPipelineState(row.state)) throw new AppError('INTERNAL', `unknown pipeline state ${row.state}`);
  return { ...row, state: row.state };
}
