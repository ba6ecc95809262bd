import { and, sql } from 'drizzle-orm';
import * as z from 'zod';
import { auditEntry } from '@/db/schema/identity.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { keyset } from '@/server/paging/keyset.ts';
import { type Page, pageInput } from '@/server/paging/page.ts';
import { auditFilters, chosenEntries } from './audit-filters.ts';
import { type AuditView, auditColumns, auditView } from './audit-view.ts';

export const listAuditInput = z.strictObject({ ...pageInput(['-at', 'at']), ...auditFilters });

/** A page of the log. The order is that of the chain, which is the order in time. */
export async function listAudit(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof listAuditInput> = {},
): Promise<Page<AuditView>> {
  authorize(actor, 'audit:read');
  const page = parseInput(listAuditInput, input);
  const id = { by: sql`${auditEntry.id}`, type: 'bigint' } as const;
  const keys = keyset({ sorts: { at: id }, id, page });
  const rows = await database.db
    .select({ ...auditColumns, key: keys.key })
    .from(auditEntry)
    .where(and(chosenEntries(page), keys.where))
    .orderBy(keys.orderBy)
    .limit(keys.limit);
  return keys.toPage(rows, auditView);
}
