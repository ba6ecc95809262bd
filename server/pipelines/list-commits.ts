import { and, eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { lakeCommit } from '@/db/schema/buffer.ts';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { keyset } from '@/server/paging/keyset.ts';
import { type Page, pageInput } from '@/server/paging/page.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { CommitView } from './history-view.ts';
import { requirePipeline } from './require-pipeline.ts';

export const listCommitsInput = z.strictObject({
  ...pageInput(['-at', 'at']),
  pipelineId: resourceId,
  tableId: z.number().int().min(1).optional(),
  kind: z.enum(['stream', 'copy', 'compaction', 'replay']).optional(),
  batchId: z.string().min(1).max(100).optional().describe('As snapshots name it'),
});

/**
 * A page of what a pipeline has committed to its lake, newest first: a batch with all its lake tables is one entry. Throws
 * NOT_FOUND when there is no such pipeline.
 */
export async function listCommits(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof listCommitsInput>,
): Promise<Page<CommitView>> {
  authorize(actor, 'pipeline:read');
  const { pipelineId, tableId, kind, batchId: wanted, ...page } = parseInput(listCommitsInput, input);
  await requirePipeline({ database }, pipelineId);
  // All rows of a batch are stored by one transaction, so they share their time.
  const { committedAt, batchId } = lakeCommit;
  const keys = keyset({
    sorts: { at: { by: sql`${committedAt}`, type: 'timestamptz' } },
    id: { by: sql`${batchId} || ' ' || ${lakeCommit.kind}`, type: 'text' },
    page,
  });
  const total = (column: typeof lakeCommit.rowsAdded) => sql<number>`sum(${column})::float8`;
  const rows = await database.db
    .select({
      batchId,
      kind: lakeCommit.kind,
      at: committedAt,
      fromLsn: sql<string>`min(${lakeCommit.fromLsn})::text`,
      toLsn: sql<string>`max(${lakeCommit.toLsn})::text`,
      rowsAdded: total(lakeCommit.rowsAdded),
      rowsDeleted: total(lakeCommit.rowsDeleted),
      bytesAdded: total(lakeCommit.bytesAdded),
      durationMs: sql<number>`max(${lakeCommit.durationMs})`,
      tables: sql<unknown>`jsonb_agg(jsonb_build_object('tableId', ${pipelineTable.id}, 'lakeName', ${pipelineTable.lakeName},
        'mode', ${lakeCommit.mode}, 'snapshotId', ${lakeCommit.snapshotId}, 'rowsAdded', ${lakeCommit.rowsAdded},
        'rowsDeleted', ${lakeCommit.rowsDeleted}, 'bytesAdded', ${lakeCommit.bytesAdded}) order by ${lakeCommit.id})`,
      key: keys.key,
    })
    .from(lakeCommit)
    .innerJoin(pipelineTable, eq(pipelineTable.id, lakeCommit.pipelineTableId))
    .where(
      and(
        eq(pipelineTable.pipelineId, pipelineId),
        tableId === undefined ? undefined : eq(pipelineTable.id, tableId),
        kind === undefined ? undefined : eq(lakeCommit.kind, kind),
        wanted === undefined ? undefined : eq(lakeCommit.batchId, wanted),
        keys.where,
      ),
    )
    .groupBy(committedAt, batchId, lakeCommit.kind)
    .orderBy(keys.orderBy)
    .limit(keys.limit);
  return keys.toPage(rows, ({ key: _key, at, ...row }) => CommitView.parse({ ...row, at: new Date(at).toISOString() }));
}
