import { and, eq, isNull, or, sql } from 'drizzle-orm';
import { pipeline, pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { NO_RULES } from '@/server/domain/column-rules.ts';
import { nextPipelineState } from '@/server/domain/pipeline-state.ts';
import { ALL_ROWS } from '@/server/domain/row-filter.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { captureToken } from './capture-token.ts';
import { lockPipeline } from './lock-pipeline.ts';
import { refuseUnfitTables } from './refuse-unfit-tables.ts';

type Deps = Pick<ControlDeps, 'database' | 'sealer' | 'nudge'>;

/**
 * Asks for a pipeline to run, and clears what it stopped for. Starting one that runs changes nothing. The source is
 * checked first: what cannot work is refused with every finding (PREFLIGHT_REFUSED).
 */
export async function startPipeline(deps: Deps, actor: Actor, { id }: { id: string }): Promise<void> {
  if (actor.scopes.has('pipeline:operate')) await refuseUnfit(deps, id);
  const change = { actor, scope: 'pipeline:operate', action: 'pipeline.start' } as const;
  const token = await audited(deps.database, change, async (tx) => {
    const { state } = await lockPipeline(tx, id);
    const next = nextPipelineState(state, 'start');
    if (next === null)
      throw new AppError('CONFLICT', `a pipeline that is ${state} cannot be started; wait until it is at rest`);
    await tx
      .update(pipeline)
      .set({
        desiredState: 'running',
        state: next,
        ...(next === state ? {} : { errorCode: null, errorMessage: null, errorAt: null }),
        version: sql`${pipeline.version} + 1`,
        updatedAt: sql`now()`,
      })
      .where(eq(pipeline.id, id));
    return { result: await captureToken(tx, id), subject: id, detail: { from: state } };
  });
  // The id the reconciler would use, so that both together add one job.
  deps.nudge('capture', { jobId: `capture-${id}-${token}`, payload: { pipelineId: id } });
}

/** Looks at the source before a transaction is open. Pipelines that are wanted already are not asked again. */
async function refuseUnfit(deps: Deps, id: string): Promise<void> {
  const tables = await deps.database.db
    .select({
      sourceId: pipeline.sourceId,
      schema: pipelineTable.sourceSchema,
      table: pipelineTable.sourceTable,
      mirror: pipelineTable.mirror,
      changelog: pipelineTable.changelog,
      columns: pipelineTable.columnRules,
      otherColumns: pipelineTable.otherColumns,
      where: pipelineTable.rowFilter,
      policies: pipelineTable.policies,
      oid: pipelineTable.sourceOid,
    })
    .from(pipeline)
    .innerJoin(pipelineTable, eq(pipelineTable.pipelineId, pipeline.id))
    // A table that is to be taken out may be gone from the source: often that is why.
    .where(
      and(
        eq(pipeline.id, id),
        eq(pipeline.desiredState, 'stopped'),
        or(isNull(pipelineTable.requested), sql`${pipelineTable.requested}->>'kind' <> 'remove'`),
      ),
    );
  const [first] = tables;
  if (!first) return;
  // Rules and filters that are tied to columns already hold whatever these are called now; policies were judged by then.
  const checked = tables.map((table) =>
    table.oid === null ? table : { ...table, ...NO_RULES, where: ALL_ROWS, policies: {} },
  );
  await refuseUnfitTables(deps, { sourceId: first.sourceId, tables: checked });
}
