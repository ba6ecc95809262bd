import { and, eq } from 'drizzle-orm';
import * as z from 'zod';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { verification } from '@/db/schema/verification.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { tableKey } from '@/server/pipelines/lock-table.ts';
import { ofTable, verificationColumns, verificationView } from './read-verifications.ts';
import type { VerificationView } from './verification-view.ts';

/** Names one verification of one table. */
export const verificationKey = z.strictObject({ ...tableKey.shape, verificationId: z.number().int().min(1) });
export type VerificationKey = z.input<typeof verificationKey>;

/** Throws NOT_FOUND, also for a verification of another table. */
export async function getVerification(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: VerificationKey,
): Promise<VerificationView> {
  authorize(actor, 'pipeline:read');
  const { pipelineId, tableId, verificationId } = parseInput(verificationKey, input);
  const [row] = await database.db
    .select(verificationColumns)
    .from(verification)
    .innerJoin(pipelineTable, ofTable)
    .where(
      and(
        eq(pipelineTable.pipelineId, pipelineId),
        eq(verification.pipelineTableId, tableId),
        eq(verification.id, verificationId),
      ),
    );
  if (!row) throw new AppError('NOT_FOUND', `table ${tableId} has no verification ${verificationId}`);
  return verificationView(row);
}
