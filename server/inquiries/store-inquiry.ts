import { sql } from 'drizzle-orm';
import { inquiry } from '@/db/schema/inquiry.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { newId } from '@/server/platform/new-id.ts';
import type { Question } from './questions.ts';
import { questionPlace } from './sealed-places.ts';

export type StoredInquiry = typeof inquiry.$inferSelect;

/** Puts a question where workers find it. The answer is kept until the question expires. */
export async function storeInquiry(
  tx: Transaction | ControlDeps['database']['db'],
  {
    sealer,
    actor,
    question,
    keepS,
  }: { sealer: ControlDeps['sealer']; actor: Actor; question: Question; keepS: number },
): Promise<StoredInquiry> {
  const id = newId('inq');
  const [row] = await tx
    .insert(inquiry)
    .values({
      id,
      kind: question.kind,
      askedBy: actor.name,
      questionSealed: sealer.seal(JSON.stringify(question), questionPlace(id)),
      expiresAt: sql`now() + ${keepS} * interval '1 second'`,
    })
    .returning();
  if (!row) throw new AppError('INTERNAL', 'the insert returned no row');
  return row;
}

/** Wakes a worker; without it one finds the row a second later. */
export const nudgeInquiry = ({ nudge }: Pick<ControlDeps, 'nudge'>, { id }: { id: string }): void =>
  nudge('inquiry', { jobId: `inquiry-${id}-0`, payload: { inquiryId: id } });
