import { eq, sql } from 'drizzle-orm';
import type * as z from 'zod';
import { pipeline, pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import type { AskDeps } from '@/server/inquiries/ask-worker.ts';
import { claimMoreNames } from './claim-more-names.ts';
import { refuseTakenLakeTables } from './lake-table-findings.ts';
import { lockPipeline } from './lock-pipeline.ts';
import { markChanged } from './mark-changed.ts';
import { withLakeName } from './pipeline-input.ts';
import { refuseUnfitTables } from './refuse-unfit-tables.ts';
import { storedTable } from './stored-table.ts';
import { addTablesInput } from './table-verbs-input.ts';

type AddedTable = { readonly id: number; readonly source: string; readonly lakeName: string };

/**
 * Adds tables to a pipeline in any state. One that runs publishes them and copies only them, beside the stream of the
 * others. What cannot work is refused with every finding (PREFLIGHT_REFUSED), as is what
 * would be written to a lake table that is there already (LAKE_TABLE_EXISTS), and nothing is added.
 */
export async function addTables(
  deps: AskDeps,
  actor: Actor,
  input: z.input<typeof addTablesInput>,
): Promise<{ tables: AddedTable[] }> {
  if (actor.scopes.has('pipeline:write')) await refuseUnfit(deps, actor, input);
  const change = { actor, scope: 'pipeline:write', action: 'table.add' } as const;
  return audited(deps.database, change, async (tx) => {
    const { pipelineId, tables: given } = parseInput(addTablesInput, input);
    const found = await lockPipeline(tx, pipelineId);
    const tables = given.map(withLakeName);
    await claimMoreNames(tx, { pipeline: found, tables });
    const rows = await tx
      .insert(pipelineTable)
      .values(tables.map((table) => ({ pipelineId, ...storedTable(table) })))
      .returning({
        id: pipelineTable.id,
        source: sql<string>`${pipelineTable.sourceSchema} || '.' || ${pipelineTable.sourceTable}`,
        lakeName: pipelineTable.lakeName,
      });
    await markChanged(tx, found);
    return { result: { tables: rows }, subject: pipelineId, detail: { tables: rows.map(({ source }) => source) } };
  });
}

/** Looks at the source and into the lake before a transaction is open. */
async function refuseUnfit(deps: AskDeps, actor: Actor, input: z.input<typeof addTablesInput>): Promise<void> {
  const { pipelineId, tables } = parseInput(addTablesInput, input);
  const [found] = await deps.database.db
    .select({
      id: pipeline.id,
      sourceId: pipeline.sourceId,
      destinationId: pipeline.destinationId,
      namespace: pipeline.namespace,
    })
    .from(pipeline)
    .where(eq(pipeline.id, pipelineId));
  if (!found) throw new AppError('NOT_FOUND', `there is no pipeline ${pipelineId}`);
  const named = tables.map(withLakeName);
  await refuseUnfitTables(deps, { sourceId: found.sourceId, tables: named });
  // A name that another table has is refused for that; only then the lake is asked.
  await deps.database.db.transaction((tx) => claimMoreNames(tx, { pipeline: found, tables: named }));
  await refuseTakenLakeTables(deps, actor, { ...found, tables: named });
}
