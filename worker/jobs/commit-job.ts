import { type CommitShift, commitUntilStopped } from '@/worker/pipeline/commit.ts';
import { readPipeline } from '@/worker/pipeline/definition.ts';
import { openLake } from '@/worker/pipeline/lake.ts';
import { keepRemovingOrphans } from '@/worker/pipeline/remove-orphans.ts';
import { runShift } from '@/worker/runtime/run-shift.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';

/** Brings one pipeline's buffer into its lake for the length of a shift. */
export async function commitShift(
  deps: WorkerDeps,
  { pipelineId, signal }: { pipelineId: string; signal: AbortSignal },
): Promise<void> {
  const log = deps.log.child({ pipelineId });
  await runShift({
    pool: deps.database.pool,
    log: deps.log,
    metrics: deps.metrics,
    holder: deps.holder,
    pipelineId,
    role: 'commit',
    signal,
    work: async (lease, until, healthy) => {
      const pipeline = await readPipeline(deps.database.pool, pipelineId);
      if (!pipeline) return;
      await using lake = await openLake(deps, { destinationId: pipeline.destinationId, signal: until });
      const shift: CommitShift = {
        deps,
        pipeline,
        lease,
        lake,
        log,
        signal: until,
        known: new Map(),
        compact: new WeakSet(),
        schemas: new Map(),
      };
      const over = new AbortController();
      const cleaning = keepRemovingOrphans({ ...shift, signal: AbortSignal.any([until, over.signal]) });
      try {
        await commitUntilStopped(shift, healthy);
      } finally {
        over.abort();
        await cleaning;
      }
    },
  });
}
