import { and, eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { verificationRange } from '@/db/schema/verification.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { RANGE_STATES } from '@/server/domain/verification.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { keyset } from '@/server/paging/keyset.ts';
import { type Page, pageInput } from '@/server/paging/page.ts';
import { getVerification, verificationKey } from './get-verification.ts';
import { isoTime } from './read-verifications.ts';
import { VerifiedRangeView } from './verification-view.ts';

export const listRangesInput = z.strictObject({
  ...pageInput(['ordinal', '-ordinal']),
  ...verificationKey.shape,
  state: z.enum(RANGE_STATES).optional(),
});

/** A page of the ranges of a verification, by key. Throws NOT_FOUND. */
export async function listRanges(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof listRangesInput>,
): Promise<Page<VerifiedRangeView>> {
  const { state, pipelineId, tableId, verificationId, ...page } = parseInput(listRangesInput, input);
  await getVerification({ database }, actor, { pipelineId, tableId, verificationId });
  const ordinal = { by: sql`${verificationRange.ordinal}`, type: 'bigint' } as const;
  const keys = keyset({ sorts: { ordinal }, id: ordinal, page });
  const found = and(
    eq(verificationRange.verificationId, verificationId),
    state === undefined ? undefined : eq(verificationRange.state, state),
  );
  const rows = await database.db
    .select({ range: verificationRange, key: keys.key })
    .from(verificationRange)
    .where(and(found, keys.where))
    .orderBy(keys.orderBy)
    .limit(keys.limit);
  return keys.toPage(rows, ({ range }) => rangeView(range), await database.db.$count(verificationRange, found));
}

function rangeView(range: typeof verificationRange.$inferSelect): VerifiedRangeView {
  const { lower, upper, sourceRows, lakeRows, missing, extra, different, unsettled, comparedAt, ...rest } = range;
  return VerifiedRangeView.parse({
    ...rest,
    from: lower,
    to: upper,
    sourceRows: Number(sourceRows),
    lakeRows: Number(lakeRows),
    missing: Number(missing),
    extra: Number(extra),
    different: Number(different),
    unsettled: Number(unsettled),
    comparedAt: isoTime(comparedAt),
  });
}
