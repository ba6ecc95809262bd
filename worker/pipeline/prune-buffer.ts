import { readCommitState } from '@/worker/buffer/commit-state.ts';
import { pruneSegments } from '@/worker/buffer/prune.ts';
import type { CommitShift } from './commit.ts';
import { limitSpill } from './limit-spill.ts';

const ROTATE_BYTES = 128 * 1024 * 1024;
const EVERY_MS = 2_000;
/** What a reader was in the way of is tried again, also while nothing is committed. */
const IDLE_EVERY_MS = 30_000;

/** Keeps the buffer small: to be called after every round of commits with how far they are; works now and then. */
export function bufferPruner(shift: CommitShift): (committedSeq: bigint) => Promise<void> {
  let done = { at: Number.NEGATIVE_INFINITY, committedSeq: -1n };
  return async (committedSeq) => {
    const idleMs = performance.now() - done.at;
    // Both kept changes and committed segments grow by commits alone.
    if (idleMs < (committedSeq === done.committedSeq ? IDLE_EVERY_MS : EVERY_MS)) return;
    await prune(shift);
    done = { at: performance.now(), committedSeq };
  };
}

async function prune({ deps, pipeline, log }: CommitShift): Promise<void> {
  const { pool } = deps.database;
  const { spillBytesMax } = pipeline.settings;
  const givenUp = await limitSpill(pool, { pipelineId: pipeline.id, spillBytesMax });
  if (givenUp.length > 0) log.error('tables given up until a resync', { tableIds: givenUp });
  const state = await readCommitState(pool, pipeline.id);
  if (!state) return;
  await pruneSegments(pool, {
    pipelineId: pipeline.id,
    number: pipeline.number,
    committedSeq: state.committedSeq,
    rotateBytes: ROTATE_BYTES,
  });
}
