import { and, eq, gt, sql } from 'drizzle-orm';
import * as z from 'zod';
import { lease } from '@/db/schema/buffer.ts';
import { pipelineTable } from '@/db/schema/definitions.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import { isAtRest, type PipelineState } from '@/server/domain/pipeline-state.ts';
import { isTableState, type TableState } from '@/server/domain/table-state.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { type LockedPipeline, lockPipeline } from './lock-pipeline.ts';

/** Names one table of one pipeline. */
export const tableKey = z.strictObject({ pipelineId: resourceId, tableId: z.number().int().min(1) });
export type TableKey = z.input<typeof tableKey>;

/**
 * When a change takes effect: `now` it has; `soon` a worker does it between two commits; `when it runs`: as soon as the
 * pipeline is started or resumed.
 */
export const CarriedOut = z.enum(['now', 'soon', 'when it runs']);
export type CarriedOut = z.output<typeof CarriedOut>;

export type LockedTable = Omit<typeof pipelineTable.$inferSelect, 'state'> & { readonly state: TableState };

/** Locks a table of a pipeline for a change, with its pipeline. Throws NOT_FOUND; CONFLICT while it is being removed. */
export async function lockTable(
  tx: Transaction,
  { pipelineId, tableId }: z.output<typeof tableKey>,
): Promise<{ pipeline: LockedPipeline; table: LockedTable; name: string }> {
  const pipeline = await lockPipeline(tx, pipelineId);
  const [row] = await tx
    .select()
    .from(pipelineTable)
    .where(and(eq(pipelineTable.id, tableId), eq(pipelineTable.pipelineId, pipelineId)))
    .for('update');
  if (!row) throw new AppError('NOT_FOUND', `pipeline ${pipelineId} has no table ${tableId}`);
  const { state } = row;
  const name = `${row.sourceSchema}.${row.sourceTable}`;
  if (!isTableState(state)) throw new AppError('INTERNAL', `unknown table state ${state}`);
  if (row.requested?.kind === 'remove') throw new AppError('CONFLICT', `table ${name} is being removed`);
  return { pipeline, table: { ...row, state }, name };
}

/** Whether its lake tables exist, or may. */
export const hasLakeTables = (table: Pick<LockedTable, 'state' | 'isJoined' | 'markerLsn'>): boolean =>
  table.state !== 'pending' || table.isJoined || table.markerLsn !== null;

/** Whether no worker holds any part of the pipeline, so that its tables may be changed right away. */
export async function isUntouched(tx: Transaction, { id, state }: LockedPipeline): Promise<boolean> {
  if (!isAtRest(state)) return false;
  const held = await tx
    .select({ role: lease.role })
    .from(lease)
    .where(and(eq(lease.pipelineId, id), gt(lease.expiresAt, sql`now()`)));
  return held.length === 0;
}

const RUNS: ReadonlySet<PipelineState> = new Set<PipelineState>(['starting', 'copying', 'running']);

export const runs = ({ state }: Pick<LockedPipeline, 'state'>): boolean => RUNS.has(state);

/** When a request that is stored now will be carried out. */
export const carriedOut = (pipeline: LockedPipeline): CarriedOut => (runs(pipeline) ? 'soon' : 'when it runs');
