import { and, asc, eq, sql } from 'drizzle-orm';
import { verification, verificationRange } from '@/db/schema/verification.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import type { KeyRange } from '@/server/domain/verification.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { type CarriedOut, carriedOut, lockTable } from '@/server/pipelines/lock-table.ts';
import { requestPart } from '@/server/pipelines/request-part.ts';
import { getVerification, type VerificationKey, verificationKey } from './get-verification.ts';

/**
 * Has the ranges that a verification found to differ read again from the source and put in place of what the lake has there,
 * in one commit that is joined with the stream. Throws CONFLICT while it is under way, when nothing differs, and for a table
 * that is not live.
 */
export async function repairVerification(
  deps: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: VerificationKey,
): Promise<{ ranges: number; carriedOut: CarriedOut }> {
  const change = { actor, scope: 'pipeline:operate', action: 'table.repair' } as const;
  return audited(deps.database, change, async (tx) => {
    const key = parseInput(verificationKey, input);
    const { pipeline, table, name } = await lockTable(tx, key);
    const { state, from, to, beganAt, ranges, leftOut } = await getVerification(deps, actor, key);
    if (state === 'waiting' || state === 'running') {
      throw new AppError(
        'CONFLICT',
        `verification ${key.verificationId} is under way; repair what it has found when it ends`,
      );
    }
    const differing = await tx
      .select({ lower: verificationRange.lower, upper: verificationRange.upper })
      .from(verificationRange)
      .where(and(eq(verificationRange.verificationId, key.verificationId), eq(verificationRange.state, 'different')))
      .orderBy(asc(verificationRange.ordinal));
    if (differing.length === 0)
      throw new AppError('CONFLICT', `verification ${key.verificationId} found nothing to repair`);
    const isWhole = from === null && to === null && ranges.undecided === 0 && leftOut.length === 0;
    const settles = isWhole && beganAt !== null ? beganAt : new Date(0).toISOString();
    await requestPart(tx, { table, name, scope: { ranges: merged(differing), where: [], settles } });
    await tx.update(verification).set({ repairRequestedAt: sql`now()` }).where(eq(verification.id, key.verificationId));
    return {
      result: { ranges: differing.length, carriedOut: carriedOut(pipeline) },
      subject: pipeline.id,
      detail: { table: name, verification: key.verificationId, ranges: differing.length },
    };
  });
}

/** Ranges next to each other are one. */
function merged(ranges: readonly KeyRange[]): KeyRange[] {
  const all: { lower: string | null; upper: string | null }[] = [];
  for (const { lower, upper } of ranges) {
    const last = all.at(-1);
    if (last && last.upper !== null && last.upper === lower) last.upper = upper;
    else all.push({ lower, upper });
  }
  return all;
}
