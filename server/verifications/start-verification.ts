import { and, desc, eq, inArray, notInArray } from 'drizzle-orm';
import * as z from 'zod';
import { verification } from '@/db/schema/verification.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { lockTable, runs, tableKey } from '@/server/pipelines/lock-table.ts';
import { keyBound } from '@/server/pipelines/resync-part-input.ts';
import { getVerification } from './get-verification.ts';
import type { VerificationView } from './verification-view.ts';

/** Verifications of one table that are remembered. */
const REMEMBERED = 20;

export const startVerificationInput = z.strictObject({
  ...tableKey.shape,
  from: keyBound.optional().describe('Begin at this value of the first key column'),
  to: keyBound.optional().describe('End before this value of the first key column'),
});

/**
 * Has a table's mirror compared with its source, range by range, while both go on. Throws VERIFY_IMPOSSIBLE for a table
 * without a mirror; CONFLICT while one is under way, or before the table is live for the first time.
 */
export async function startVerification(
  deps: Pick<ControlDeps, 'database' | 'nudge'>,
  actor: Actor,
  input: z.input<typeof startVerificationInput>,
): Promise<VerificationView> {
  const { database, nudge } = deps;
  const change = { actor, scope: 'pipeline:operate', action: 'table.verify' } as const;
  const { id, key } = await audited(database, change, async (tx) => {
    const { from, to, ...key } = parseInput(startVerificationInput, input);
    const { pipeline, table, name } = await lockTable(tx, key);
    if (!table.mirror) {
      throw new AppError('VERIFY_IMPOSSIBLE', `table ${name} has only a changelog; verification compares mirrors`);
    }
    if (!table.isJoined)
      throw new AppError('CONFLICT', `table ${name} is not in the lake yet; verify it when it is live`);
    if (!runs(pipeline))
      throw new AppError(
        'CONFLICT',
        `the pipeline is ${pipeline.state}, so its lake stands still; start it, then verify`,
      );
    const ofTable = eq(verification.pipelineTableId, table.id);
    const open = await tx
      .select({ id: verification.id })
      .from(verification)
      .where(and(ofTable, inArray(verification.state, ['waiting', 'running'])));
    if (open[0])
      throw new AppError('CONFLICT', `verification ${open[0].id} of table ${name} is under way; cancel it first`);
    const [made] = await tx
      .insert(verification)
      .values({ pipelineTableId: table.id, lower: from ?? null, upper: to ?? null, requestedBy: actor.name })
      .returning({ id: verification.id });
    if (!made) throw new AppError('INTERNAL', 'a verification was not stored');
    const remembered = tx
      .select({ id: verification.id })
      .from(verification)
      .where(ofTable)
      .orderBy(desc(verification.id))
      .limit(REMEMBERED);
    await tx.delete(verification).where(and(ofTable, notInArray(verification.id, remembered)));
    return {
      result: { id: made.id, key },
      subject: pipeline.id,
      detail: {
        table: name,
        verification: made.id,
        ...(from === undefined && to === undefined ? {} : { isPart: true }),
      },
    };
  });
  nudge('verify', { jobId: `verify-${id}-0`, payload: { verificationId: id } });
  return getVerification(deps, actor, { ...key, verificationId: id });
}
