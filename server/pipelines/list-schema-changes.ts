import { and, eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { schemaChange } from '@/db/schema/buffer.ts';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { SCHEMA_ACTIONS } from '@/server/domain/schema-policy.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { keyset } from '@/server/paging/keyset.ts';
import { type Page, pageInput } from '@/server/paging/page.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { SchemaChangeView } from './history-view.ts';
import { requirePipeline } from './require-pipeline.ts';

export const listSchemaChangesInput = z.strictObject({
  ...pageInput(['-at', 'at']),
  pipelineId: resourceId,
  tableId: z.number().int().min(1).optional(),
  action: z.enum(SCHEMA_ACTIONS).optional(),
});

/** A page of what changed about the source's columns, newest first. Throws NOT_FOUND when there is no such pipeline. */
export async function listSchemaChanges(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof listSchemaChangesInput>,
): Promise<Page<SchemaChangeView>> {
  authorize(actor, 'pipeline:read');
  const { pipelineId, tableId, action, ...page } = parseInput(listSchemaChangesInput, input);
  await requirePipeline({ database }, pipelineId);
  const id = { by: sql`${schemaChange.id}`, type: 'bigint' } as const;
  const keys = keyset({ sorts: { at: id }, id, page });
  const rows = await database.db
    .select({
      id: sql<string>`${schemaChange.id}::text`,
      tableId: pipelineTable.id,
      source: sql<string>`${pipelineTable.sourceSchema} || '.' || ${pipelineTable.sourceTable}`,
      kind: schemaChange.kind,
      column: schemaChange.columnName,
      before: schemaChange.before,
      after: schemaChange.after,
      epoch: schemaChange.epoch,
      lsn: sql<string>`${schemaChange.lsn}::text`,
      action: schemaChange.action,
      proposed: schemaChange.proposed,
      decidedAt: schemaChange.decidedAt,
      decidedBy: schemaChange.decidedBy,
      at: schemaChange.at,
      key: keys.key,
    })
    .from(schemaChange)
    .innerJoin(pipelineTable, eq(pipelineTable.id, schemaChange.pipelineTableId))
    .where(
      and(
        eq(pipelineTable.pipelineId, pipelineId),
        tableId === undefined ? undefined : eq(pipelineTable.id, tableId),
        action === undefined ? undefined : eq(schemaChange.action, action),
        keys.where,
      ),
    )
    .orderBy(keys.orderBy)
    .limit(keys.limit);
  return keys.toPage(rows, ({ key: _key, at, decidedAt, ...row }) =>
    SchemaChangeView.parse({
      ...row,
      at: new Date(at).toISOString(),
      decidedAt: decidedAt === null ? null : new Date(decidedAt).toISOString(),
    }),
  );
}
