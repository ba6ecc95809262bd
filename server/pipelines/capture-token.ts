import { and, eq } from 'drizzle-orm';
import { lease } from '@/db/schema/buffer.ts';
import type { Transaction } from '@/server/audit/audited.ts';

/** The token of the last capture shift: names the next one's job. */
export async function captureToken(tx: Transaction, pipelineId: string): Promise<bigint> {
  const [held] = await tx
    .select({ token: lease.token })
    .from(lease)
    .where(and(eq(lease.pipelineId, pipelineId), eq(lease.role, 'capture')));
  return held?.token ?? 0n;
}
