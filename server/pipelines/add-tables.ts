import { eq, sql } from 'drizzle-orm';
import type * as z from 'zod';
import { pipeline, pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { claimMoreNames } from './claim-more-names.ts';
import { lockPipeline } from './lock-pipeline.ts';
import { withLakeName } from './pipeline-input.ts';
import { refuseUnfitTables } from './refuse-unfit-tables.ts';
import { storedTable } from './stored-table.ts';
import { addTablesInput } from './table-verbs-input.ts';

type AddedTable = { readonly id: number; readonly source: string; readonly lakeName: string };

/**
 * Adds tables to a pipeline in any state. One that runs publishes them and copies only them, beside the stream of the
 * others. What cannot work is refused with every finding (PREFLIGHT_REFUSED), and nothing is added.
 */
export async function addTables(
  deps: Pick<ControlDeps, 'database' | 'sealer'>,
  actor: Actor,
  input: z.input<typeof addTablesInput>,
): Promise<{ tables: AddedTable[] }> {
  if (actor.scopes.has('pipeline:write')) await refuseUnfit(deps, input);
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
    await tx
      .update(pipeline)
      .set({ version: sql`${pipeline.version} + 1`, updatedAt: sql`now()` })
      .where(eq(pipeline.id, pipelineId));
    return { result: { tables: rows }, subject: pipelineId, detail: { tables: rows.map(({ source }) => source) } };
  });
}

/** Looks at the source before a transaction is open. */
async function refuseUnfit(
  deps: Pick<ControlDeps, 'database' | 'sealer'>,
  input: z.input<typeof addTablesInput>,
): Promise<void> {
  const { pipelineId, tables } = parseInput(addTablesInput, input);
  const [found] = await deps.database.db
    .select({ sourceId: pipeline.sourceId })
    .from(pipeline)
    .where(eq(pipeline.id, pipelineId));
  if (!found) throw new AppError('NOT_FOUND', `there is no pipeline ${pipelineId}`);
  await refuseUnfitTables(deps, { sourceId: found.sourceId, tables: tables.map(withLakeName) });
}
