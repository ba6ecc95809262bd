import { eq, sql } from 'drizzle-orm';
import { pipelineTable } from '@/db/schema/definitions.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import type { CopyScope } from '@/server/domain/copy-scope.ts';
import { keyColumns } from '@/server/domain/table-schema.ts';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import { checkBounds } from './check-bounds.ts';
import { knownSchema } from './known-schema.ts';
import type { LockedTable } from './lock-table.ts';

/**
 * Asks for a part of a table to be read again. Throws CONFLICT unless the table is live and nothing else is asked of it,
 * INVALID_INPUT for a condition on a column that the source does not have, and for bounds that are no keys.
 */
export async function requestPart(
  tx: Transaction,
  { table, name, scope }: { table: LockedTable; name: string; scope: CopyScope },
): Promise<void> {
  if (table.state !== 'live') {
    throw new AppError('CONFLICT', `table ${name} is ${table.state}; a part of it can be read again when it is live`);
  }
  if (table.requested) {
    const asked = table.requested.kind;
    throw new AppError('CONFLICT', `table ${name} is to have a ${asked} carried out already; wait until it is done`);
  }
  const schema = await knownSchema(tx, table);
  for (const [index, { column }] of scope.where.entries()) {
    if (schema && !schema.columns.some((one) => one.name === column))
      throw fieldError('INVALID_INPUT', `where.${index}.column`, `table ${name} has no column ${column}`);
  }
  const [key] = schema ? keyColumns(schema) : [];
  if (key) for (const range of scope.ranges) await checkBounds(tx, key, range);
  await tx
    .update(pipelineTable)
    .set({
      requested: { kind: 'resync-part', scope },
      version: sql`${pipelineTable.version} + 1`,
      updatedAt: sql`now()`,
    })
    .where(eq(pipelineTable.id, table.id));
}
