import { captureShift } from '@/worker/jobs/capture-job.ts';
import { commitShift } from '@/worker/jobs/commit-job.ts';
import { copyJob } from '@/worker/jobs/copy-job.ts';
import { inquiryJob } from '@/worker/jobs/inquiry-job.ts';
import { tearDown } from '@/worker/jobs/teardown-job.ts';
import { verifyJob } from '@/worker/jobs/verify-job.ts';
import { watchRestingSlot } from '@/worker/jobs/watch-job.ts';
import { findWork, refreshPipelineStates, type Work } from '@/worker/runtime/reconcile.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';

export type RunningWork = AsyncDisposable & {
  /** Resolves when `condition` holds; looks again after every round of reconciling. Rejects after `withinMs`. */
  until(condition: () => Promise<boolean>, options?: { withinMs?: number; what?: string }): Promise<void>;
};

/** Each round asks the database half a dozen things, and several files of tests share two cores. */
const ROUND_MS = 100;

/** A worker without queues: what the reconciler finds is run here at once. Disposing it is a graceful shutdown. */
export function runWork(deps: WorkerDeps, { roundMs = ROUND_MS } = {}): RunningWork {
  const stop = new AbortController();
  const running = new Map<string, Promise<void>>();
  const start = (work: Work): Promise<void> => {
    const { signal } = stop;
    switch (work.kind) {
      case 'capture':
        return captureShift(deps, { pipelineId: work.pipelineId, signal });
      case 'commit':
        return commitShift(deps, { pipelineId: work.pipelineId, signal });
      case 'copy':
        return copyJob(deps, { chunkId: work.chunkId, signal });
      case 'teardown':
        return tearDown(deps, { pipelineId: work.pipelineId, signal });
      case 'watch':
        return watchRestingSlot(deps, { pipelineId: work.pipelineId, signal });
      case 'inquiry':
        return inquiryJob(deps, { inquiryId: work.inquiryId, signal });
      case 'verify':
        return verifyJob(deps, { verificationId: work.verificationId, signal });
    }
  };
  const failures: unknown[] = [];
  const round = async () => {
    await refreshPipelineStates(deps.database.pool);
    for (const work of await findWork(deps.database.pool)) {
      if (running.has(work.id) || stop.signal.aborted) continue;
      const done = start(work)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => running.delete(work.id));
      running.set(work.id, done);
    }
  };
  return {
    async until(condition, { withinMs = 60_000, what = 'the condition' } = {}) {
      const deadline = performance.now() + withinMs;
      for (;;) {
        await round();
        if (failures.length > 0) throw failures.shift();
        if (await condition()) return;
        if (performance.now() > deadline) {
          const shown = JSON.stringify(await states(deps), null, 2);
          throw new Error(`${what} did not hold within ${withinMs} ms; running: ${[...running.keys()]}; ${shown}`);
        }
        await new Promise((resolve) => setTimeout(resolve, roundMs));
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(running.values());
    },
  };
}

/** What a reader of a failed test asks first: who stands still, with what, and how far everyone got. */
async function states({ database }: WorkerDeps): Promise<unknown[]> {
  const { rows } = await database.pool.query(
    `select p.name, p.state, p.error_code, p.error_message, to_jsonb(o) as position,
            (select jsonb_agg(jsonb_build_object('table', t.source_table, 'state', t.state, 'error', t.error_message))
               from pipeline_table t where t.pipeline_id = p.id) as tables,
            (select jsonb_agg(to_jsonb(l)) from lease l where l.pipeline_id = p.id) as leases
       from pipeline p left join position o on o.pipeline_id = p.id`,
  );
  return rows;
}
