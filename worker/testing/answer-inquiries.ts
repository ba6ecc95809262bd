import type { ControlDeps } from '@/server/control-deps.ts';
import type { Nudge } from '@/server/queue/nudge.ts';
import { inquiryJob } from '@/worker/jobs/inquiry-job.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';

/** Control-plane dependencies whose questions are answered here, as soon as they are asked. Await `done` before closing. */
export function answerInquiries(
  control: ControlDeps,
  worker: WorkerDeps,
): ControlDeps & { readonly done: () => Promise<void> } {
  const running = new Set<Promise<void>>();
  const nudge: Nudge = (queue, { payload }) => {
    if (queue !== 'inquiry' || !('inquiryId' in payload)) return;
    const signal = new AbortController().signal;
    const job = inquiryJob(worker, { inquiryId: payload.inquiryId, signal }).finally(() => running.delete(job));
    running.add(job);
  };
  return { ...control, nudge, done: async () => void (await Promise.all(running)) };
}
