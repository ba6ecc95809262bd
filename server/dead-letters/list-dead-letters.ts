import { and, eq, type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { deadLetter } from '@/db/schema/buffer.ts';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { keyset } from '@/server/paging/keyset.ts';
import { type Page, pageInput } from '@/server/paging/page.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { DEAD_LETTER_STATES, type DeadLetterEntry } from './dead-letter-view.ts';
import { entry, entryColumns } from './read-entries.ts';

/** Which of a pipeline's dead letters are meant. */
export const letterFilters = {
  pipelineId: resourceId,
  state: z.enum(DEAD_LETTER_STATES).optional(),
  tableId: z.number().int().min(1).optional(),
  column: z.string().max(63).optional().describe('Name of the column whose value could not be carried'),
};

export const listDeadLettersInput = z.strictObject({ ...pageInput(['-createdAt', 'createdAt']), ...letterFilters });

/** A page of a pipeline's dead letters, newest first. */
export async function listDeadLetters(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof listDeadLettersInput>,
): Promise<Page<DeadLetterEntry>> {
  authorize(actor, 'dead-letter:read');
  const page = parseInput(listDeadLettersInput, input);
  const id = { by: sql`${deadLetter.id}`, type: 'bigint' } as const;
  // Ids are given in order of arrival.
  const keys = keyset({ sorts: { createdAt: id }, id, page });
  const rows = await database.db
    .select({ ...entryColumns, key: keys.key })
    .from(deadLetter)
    .innerJoin(pipelineTable, eq(pipelineTable.id, deadLetter.pipelineTableId))
    .where(and(fitting(page), keys.where))
    .orderBy(keys.orderBy)
    .limit(keys.limit);
  return keys.toPage(rows, entry);
}

type Filters = z.output<z.ZodObject<typeof letterFilters>>;

/** The condition on dead letters joined with their tables. */
export const fitting = ({ pipelineId, state, tableId, column }: Filters): SQL | undefined =>
  and(
    eq(pipelineTable.pipelineId, pipelineId),
    state === undefined ? undefined : eq(deadLetter.state, state),
    tableId === undefined ? undefined : eq(deadLetter.pipelineTableId, tableId),
    column === undefined ? undefined : eq(deadLetter.columnName, column),
  );
