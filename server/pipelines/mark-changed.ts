import { eq, sql } from 'drizzle-orm';
import { pipeline } from '@/db/schema/definitions.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import type { LockedPipeline } from './lock-pipeline.ts';

/** Gives a pipeline its next version because its tables change: they are part of what people see of it. */
export async function markChanged(tx: Transaction, { id }: Pick<LockedPipeline, 'id'>): Promise<void> {
  await tx
    .update(pipeline)
    .set({ version: sql`${pipeline.version} + 1`, updatedAt: sql`now()` })
    .where(eq(pipeline.id, id));
}
