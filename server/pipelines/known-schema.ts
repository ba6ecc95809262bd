import { and, eq } from 'drizzle-orm';
import { tableSchema } from '@/db/schema/buffer.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import type { LockedTable } from './lock-table.ts';

/** A table's columns as capture met them last; null when it has not met any. */
export async function knownSchema(
  tx: Transaction | ControlDeps['database']['db'],
  table: Pick<LockedTable, 'pipelineId' | 'knownSchema'>,
): Promise<TableSchema | null> {
  if (table.knownSchema === null) return null;
  const [row] = await tx
    .select({ schema: tableSchema.schema })
    .from(tableSchema)
    .where(and(eq(tableSchema.pipelineId, table.pipelineId), eq(tableSchema.hash, table.knownSchema)));
  return (row?.schema as TableSchema | undefined) ?? null;
}
