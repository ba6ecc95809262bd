import { eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { position } from '@/db/schema/buffer.ts';
import { pipeline } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { slotName } from '@/server/domain/names.ts';
import { nextPipelineState } from '@/server/domain/pipeline-state.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { lockPipeline } from './lock-pipeline.ts';

export const pausePipelineInput = z.strictObject({ id: resourceId });

/** What a pipeline that rests costs its source. Figures are of the last look, null before the first. */
export type HeldWal = {
  readonly slot: string;
  readonly walStatus: string | null;
  readonly retainedBytes: number | null;
  /** How much more WAL fits before the server removes the slot; null without a limit. */
  readonly safeBytes: number | null;
  readonly checkedAt: string | null;
  /** The same for people. */
  readonly note: string;
};

/**
 * Lets a running pipeline rest: capture, copies and commits stop within a second, what is captured stays in the buffer, and
 * the slot stays, so that the source keeps every change until the pipeline is resumed. Pausing twice changes nothing.
 * Throws CONFLICT for a pipeline that does not run.
 */
export async function pausePipeline(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof pausePipelineInput>,
): Promise<{ state: 'paused'; wal: HeldWal }> {
  const change = { actor, scope: 'pipeline:operate', action: 'pipeline.pause' } as const;
  return audited(database, change, async (tx) => {
    const { id } = parseInput(pausePipelineInput, input);
    const { state } = await lockPipeline(tx, id);
    if (nextPipelineState(state, 'pause') !== 'paused') {
      throw new AppError('CONFLICT', `a pipeline that is ${state} cannot be paused; only one that runs can`);
    }
    if (state !== 'paused') {
      await tx
        .update(pipeline)
        .set({
          desiredState: 'paused',
          state: 'paused',
          version: sql`${pipeline.version} + 1`,
          updatedAt: sql`now()`,
        })
        .where(eq(pipeline.id, id));
    }
    const [held] = await tx.select(slotColumns).from(position).where(eq(position.pipelineId, id));
    return { result: { state: 'paused', wal: heldWal(id, held) }, subject: id, detail: { from: state } };
  });
}

const slotColumns = {
  walStatus: position.slotWalStatus,
  retainedBytes: position.slotRetainedBytes,
  safeBytes: position.slotSafeBytes,
  checkedAt: position.slotCheckedAt,
};

type SlotFigures = {
  walStatus: string | null;
  retainedBytes: bigint | null;
  safeBytes: bigint | null;
  checkedAt: string | null;
};

function heldWal(pipelineId: string, found: SlotFigures | undefined): HeldWal {
  const slot = slotName(pipelineId);
  const { walStatus = null, retainedBytes = null, safeBytes = null, checkedAt = null } = found ?? {};
  const limit =
    safeBytes === null
      ? 'The server sets no limit (max_slot_wal_keep_size), so watch its disk'
      : `After ${safeBytes} more bytes the server removes the slot, and the tables must be resynced`;
  return {
    slot,
    walStatus,
    retainedBytes: retainedBytes === null ? null : Number(retainedBytes),
    safeBytes: safeBytes === null ? null : Number(safeBytes),
    checkedAt: checkedAt === null ? null : new Date(checkedAt).toISOString(),
    note: `Slot ${slot} stays: the source keeps all WAL that is written until the pipeline is resumed. ${limit}.`,
  };
}
