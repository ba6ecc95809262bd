import { and, eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { verification } from '@/db/schema/verification.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { keyset } from '@/server/paging/keyset.ts';
import { type Page, pageInput } from '@/server/paging/page.ts';
import { tableKey } from '@/server/pipelines/lock-table.ts';
import { ofTable, verificationColumns, verificationView } from './read-verifications.ts';
import type { VerificationView } from './verification-view.ts';

export const listVerificationsInput = z.strictObject({ ...pageInput(['-id', 'id']), ...tableKey.shape });

/** A page of a table's verifications, newest first. Throws NOT_FOUND when the pipeline has no such table. */
export async function listVerifications(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof listVerificationsInput>,
): Promise<Page<VerificationView>> {
  authorize(actor, 'pipeline:read');
  const { pipelineId, tableId, ...page } = parseInput(listVerificationsInput, input);
  const table = and(eq(pipelineTable.pipelineId, pipelineId), eq(pipelineTable.id, tableId));
  const known = await database.db.select({ id: pipelineTable.id }).from(pipelineTable).where(table);
  if (known.length === 0) throw new AppError('NOT_FOUND', `pipeline ${pipelineId} has no table ${tableId}`);
  const id = { by: sql`${verification.id}`, type: 'bigint' } as const;
  const keys = keyset({ sorts: { id }, id, page });
  const rows = await database.db
    .select({ ...verificationColumns, key: keys.key })
    .from(verification)
    .innerJoin(pipelineTable, ofTable)
    .where(and(table, keys.where))
    .orderBy(keys.orderBy)
    .limit(keys.limit);
  return keys.toPage(rows, verificationView);
}
