import { and, eq, inArray, sql } from 'drizzle-orm';
import { verification } from '@/db/schema/verification.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { lockTable } from '@/server/pipelines/lock-table.ts';
import { getVerification, type VerificationKey, verificationKey } from './get-verification.ts';
import type { VerificationView } from './verification-view.ts';

/**
 * Ends a verification. The worker notices within two seconds; what was compared until then stands. One that has ended
 * already stays as it is.
 */
export async function cancelVerification(
  deps: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: VerificationKey,
): Promise<VerificationView> {
  const change = { actor, scope: 'pipeline:operate', action: 'table.verify.cancel' } as const;
  const key = await audited(deps.database, change, async (tx) => {
    const key = parseInput(verificationKey, input);
    const { pipeline, name } = await lockTable(tx, key);
    const { state } = await getVerification(deps, actor, key);
    await tx
      .update(verification)
      .set({
        state: 'cancelled',
        endedAt: sql`now()`,
        cancelRequestedAt: sql`now()`,
        errorCode: null,
        errorMessage: null,
      })
      .where(and(eq(verification.id, key.verificationId), inArray(verification.state, ['waiting', 'running'])));
    return {
      result: key,
      subject: pipeline.id,
      detail: { table: name, verification: key.verificationId, from: state },
    };
  });
  return getVerification(deps, actor, key);
}
